import { CollaborationError } from '../../../src/domain/errors.ts';
import type { Decision, Question } from '../../../src/infrastructure/auth/webhook/decision.ts';
import type { Decider } from '../../../src/infrastructure/auth/webhook/decisions.ts';

/** Decides as a test says, and fails on the nth call when told to. */
export class SabotagedDecider implements Decider {
  readonly questions: Question[] = [];
  decision: Partial<Decision> | 'unknown' = { access: 'write' };
  #failing: 'none' | 'all' | number = 'none';

  get calls(): number {
    return this.questions.length;
  }

  sabotage(nth: number | 'all' | 'none'): void {
    this.#failing = nth;
  }

  async ask(question: Question): Promise<Decision> {
    this.questions.push(question);
    if (this.#failing === 'all' || this.#failing === this.calls) throw new Error('sabotaged');
    if (this.decision === 'unknown') throw new CollaborationError('unauthenticated', 'Who?');
    const nothing = { subject: undefined, name: undefined, color: undefined, expiresAt: undefined };
    return { access: 'none', ...nothing, ...this.decision };
  }
}

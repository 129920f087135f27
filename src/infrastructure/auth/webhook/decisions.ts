import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Logger } from '../../../application/ports/logger.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import type { Decision, Question } from './decision.ts';

/** Who is asked where nothing is known. */
export interface Decider {
  /** @throws CollaborationError `unauthenticated` · Error when it could not be asked */
  ask(question: Question): Promise<Decision>;
}

export interface DecisionsOptions {
  readonly decider: Decider;
  /** Milliseconds that an answer is kept; 0: not at all. */
  readonly keep: number;
  /** Answers that are kept. */
  readonly maxEntries: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Questions that may be under way; whoever comes then is told to come back. */
const MAX_PENDING = 256;

interface Kept {
  readonly decision: Decision;
  /** Unix milliseconds. */
  readonly until: number;
}

/** Answers of the webhook, kept for a while; the same question is asked once at a time. A failure is not kept. */
export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #kept: LRUCache<string, Kept>;
  readonly #pending = new Map<string, Promise<Decision>>();

  constructor(options: DecisionsOptions) {
    this.#options = options;
    this.#kept = new LRUCache({ max: options.maxEntries });
  }

  /** @throws CollaborationError `unauthenticated` · `unavailable` */
  async decide(question: Question): Promise<Decision> {
    const key = keyOf(question);
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#options.clock.now() < kept.until) return kept.decision;
    const underWay = this.#pending.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#pending.size >= MAX_PENDING) throw unavailable();
    const asked = this.#ask(key, question).finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  async #ask(key: string, question: Question): Promise<Decision> {
    const { decider, clock, keep, logger } = this.#options;
    try {
      const decision = await decider.ask(question);
      const until = Math.min(clock.now() + keep, decision.expiresAt ?? Number.POSITIVE_INFINITY);
      if (keep > 0) this.#kept.set(key, { decision, until });
      return decision;
    } catch (thrown) {
      if (thrown instanceof CollaborationError) throw thrown;
      logger.error({ err: thrown, document: question.document }, 'The webhook that decides who may do what has failed');
      throw unavailable(thrown);
    }
  }
}

/** A hash: tokens are not kept in memory longer than they are needed. */
function keyOf({ token, document, subject, remoteAddress }: Question): string {
  const parts = [token, document, subject, remoteAddress].map((part) => part ?? null);
  return hash('sha256', JSON.stringify(parts), 'base64');
}

function unavailable(cause?: unknown): CollaborationError {
  const why = 'Nobody could be asked whether you may open this document; try again later.';
  return new CollaborationError('unavailable', why, cause);
}

import { describe, expect, it } from 'vitest';
import type { Decision, Question } from '../../src/infrastructure/auth/webhook/decision.ts';
import type { Decider } from '../../src/infrastructure/auth/webhook/decisions.ts';

/** Something that decides, and how a test makes it decide. */
export interface DecidingScene {
  readonly decider: Decider;
  /** From now on it decides like this; `unknown`: it does not accept the token. */
  decide(decision: Partial<Decision> | 'unknown'): void;
  /** From now on it cannot be asked. */
  fail(): void;
}

export const QUESTION: Question = {
  token: 'opaque-token',
  document: 'team/notes ü',
  subject: undefined,
  name: undefined,
  remoteAddress: '192.0.2.7',
};

/** What every implementation of `Decider` keeps to. */
export function deciderContract(name: string, start: () => Promise<DecidingScene>): void {
  describe(name, () => {
    it.each(['none', 'read', 'write'] as const)('[AUTH16] decides on %s', async (access) => {
      const scene = await start();
      scene.decide({ access });
      expect(await scene.decider.ask(QUESTION)).toMatchObject({ access });
    });

    it('[AUTH16] may say who somebody is, and until when', async () => {
      const scene = await start();
      const decision = {
        access: 'write',
        subject: 'ann',
        name: 'Ann',
        color: 'red',
        expiresAt: 1_700_000_000_000,
      } as const;
      scene.decide(decision);
      expect(await scene.decider.ask(QUESTION)).toEqual(decision);
    });

    it('[AUTH16] says that it does not accept a token', async () => {
      const scene = await start();
      scene.decide('unknown');
      await expect(scene.decider.ask(QUESTION)).rejects.toMatchObject({ kind: 'unauthenticated' });
    });

    it('[AUTH16] throws where it cannot be asked, and decides again afterwards', async () => {
      const scene = await start();
      scene.fail();
      await expect(scene.decider.ask(QUESTION)).rejects.toThrow();
      scene.decide({ access: 'read' });
      expect(await scene.decider.ask(QUESTION)).toMatchObject({ access: 'read' });
    });
  });
}

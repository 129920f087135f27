import { describe, expect, it, onTestFinished } from 'vitest';
import { ALL_DATABASES, describeEach, startDatabase } from '../stores/support/databases.ts';
import { runKillTest } from './kill/run-kill-test.ts';

/** Each start of a process takes seconds on a busy machine. */
const LONGEST = 60_000;

describe('a server that is killed under load', () => {
  it(
    '[ROOM1] [LOG1] [LOG3] has everything that it acknowledged, once and in order',
    async () => {
      // A seed whose three rounds end in three different ways.
      const figures = await runKillTest({ rounds: 3, seed: 222 });
      expect(figures).toMatchObject({ rounds: 3, lost: 0, problems: [] });
      expect(figures.acknowledged).toBeGreaterThan(0);
    },
    LONGEST,
  );

  it(
    '[ROOM1] is caught when it acknowledges what is not on disk',
    async () => {
      // The writers take an update for acknowledged as soon as it is sent.
      const figures = await runKillTest({ rounds: 1, seed: 20, believeIn: 'sending' });
      expect(figures.lost).toBeGreaterThan(0);
    },
    LONGEST,
  );
});

describeEach(ALL_DATABASES, 'a server that is killed under load, with a database', (name) => {
  it(
    '[ROOM1] [LOG1] [LOG3] [SQL1] [MONGO1] has everything that it acknowledged, once and in order',
    async () => {
      const database = await startDatabase(name);
      onTestFinished(() => database.stop());
      const environment = { STORE_URL: database.url, STORE_DURABILITY: 'database' };
      const figures = await runKillTest({ rounds: 2, seed: 222, environment });
      expect(figures).toMatchObject({ rounds: 2, lost: 0, problems: [] });
      expect(figures.acknowledged).toBeGreaterThan(0);
    },
    LONGEST,
  );
});

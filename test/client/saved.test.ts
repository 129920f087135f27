import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { SimulatedServer, settled } from './support/simulated-server.ts';

const ACTS = ['connect', 'receive', 'receive', 'commit', 'deliver', 'deliver', 'deliver', 'drop', 'crash'] as const;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('insert' as const), at: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('remove' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('stranger' as const), at: fc.nat(20) }) },
  { weight: 9, arbitrary: fc.record({ act: fc.constantFrom(...ACTS), at: fc.constant(0) }) },
);

describe('saved, beside a server that loses connections and crashes', () => {
  it('[SDK2] never is what is not on disk, and is in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const server = new SimulatedServer();
        await settled();
        try {
          for (const { act, at } of steps) {
            server[act](at);
            if (server.provider.saved) expect(server.isStored()).toBe(true);
            await settled();
            if (server.provider.saved) expect(server.isStored()).toBe(true);
          }
          await server.settle();
          expect([server.provider.saved, server.isStored()]).toEqual([true, true]);
        } finally {
          server.destroy();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[SDK4] brings back what a server has lost that had it stored', async () => {
    const server = new SimulatedServer();
    atEnd(() => server.destroy());
    server.insert(0);
    await settled();
    await server.settle();
    expect(server.provider.saved).toBe(true);
    server.loseDisk();
    expect(server.isStored()).toBe(false);
    await server.settle();
    expect([server.provider.saved, server.isStored()]).toEqual([true, true]);
  });

  it('[SDK9] sends a deletion again whose acknowledgement may have been the same deletion by somebody else', async () => {
    const server = new SimulatedServer();
    atEnd(() => server.destroy());
    server.insert(0);
    await settled();
    await server.settle();
    expect(server.provider.saved).toBe(true);
    server.remove(0);
    await settled();
    server.sameDeletion();
    server.deliver();
    server.crash();
    expect(server.isStored()).toBe(false);
    await server.settle();
    expect([server.provider.saved, server.isStored()]).toEqual([true, true]);
  });
});

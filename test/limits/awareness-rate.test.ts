import { describe, expect, it } from 'vitest';
import { type AwarenessEntry, encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { aliceAndBob, type FakeSession, settle, World } from '../support/world.ts';

const RATE = 5;

async function scene() {
  const world = new World({ settings: { AWARENESS_RATE: String(RATE) } });
  const people = await aliceAndBob(world);
  const shows = (session: FakeSession, ...entries: readonly AwarenessEntry[]) =>
    world.collaboration.handleAwarenessUpdate(session.member, { kind: 'provider', update: encodeAwareness(entries) });
  const seen = () =>
    people.b.delivered.flatMap((event) => (event.eventType === 'UserAwarenessUpdated' ? event.changes : []));
  return { world, ...people, shows, seen };
}

const cursor = (clock: number, clientId = 1): AwarenessEntry => ({ clientId, clock, state: `{"at":${clock}}` });

describe('the rate of awareness', () => {
  it('[LIM14] past it the newest state wins, and nothing is refused', async () => {
    const { world, a, shows, seen } = await scene();
    for (let clock = 1; clock <= 100; clock++) shows(a, cursor(clock));
    await settle();
    expect(seen().map(({ clock }) => clock)).toEqual([1, 2, 3, 4, 5]);
    world.clock.advance(1000 / RATE);
    await settle();
    expect(seen().map(({ clock }) => clock)).toEqual([1, 2, 3, 4, 5, 100]);
    expect(a.refused).toEqual([]);
    expect(world.limits).toEqual(Array(95).fill('AWARENESS_RATE'));
  });

  it('[LIM14] of each client its own newest state, and its end, are shown', async () => {
    const { world, a, shows, seen } = await scene();
    for (let clock = 1; clock <= RATE; clock++) shows(a, cursor(clock));
    shows(a, cursor(9), cursor(1, 2));
    shows(a, cursor(8), cursor(2, 2));
    shows(a, { clientId: 1, clock: 9, state: 'null' });
    world.clock.advance(1000 / RATE);
    await settle();
    expect(
      seen()
        .slice(RATE)
        .map(({ yjsClientId, clock, state }) => [yjsClientId, clock, state]),
    ).toEqual([
      [1, 9, 'null'],
      [2, 2, '{"at":2}'],
    ]);
  });

  it('[LIM14] holds for JSON and gRPC sessions too', async () => {
    const { world, a, seen } = await scene();
    for (let at = 1; at <= 50; at++) {
      const message = { kind: 'json', awarenessState: `{"at":${at}}`, userInfo: '' } as const;
      world.collaboration.handleAwarenessUpdate(a.member, message);
    }
    world.clock.advance(1000 / RATE);
    await settle();
    expect(seen().map(({ state }) => state)).toEqual([1, 2, 3, 4, 5, 50].map((at) => `{"at":${at}}`));
  });

  it('[LIM14] at its rate a session is shown at once, also after it was faster', async () => {
    const { world, a, shows, seen } = await scene();
    for (let clock = 1; clock <= 20; clock++) shows(a, cursor(clock));
    world.clock.advance(1_000);
    for (let clock = 21; clock <= 30; clock++) {
      shows(a, cursor(clock));
      await settle();
      expect(seen().at(-1)?.clock).toBe(clock);
      world.clock.advance(1000 / RATE);
    }
  });

  it('[LIM14] what waits of a session that has left is never shown', async () => {
    const { world, a, b, shows, seen } = await scene();
    for (let clock = 1; clock <= 20; clock++) shows(a, cursor(clock));
    world.collaboration.leaveDocument(a.member);
    await settle();
    b.delivered.length = 0;
    world.clock.advance(10_000);
    await settle();
    expect(seen()).toEqual([]);
  });

  it('[LIM14] what waits and turns out wrong is told to its sender', async () => {
    const { world, a } = await scene();
    for (let at = 1; at <= RATE + 1; at++) {
      const awarenessState = at > RATE ? '"no object"' : '{}';
      world.collaboration.handleAwarenessUpdate(a.member, { kind: 'json', awarenessState, userInfo: '' });
    }
    world.clock.advance(1000 / RATE);
    expect(a.refused.map(({ kind }) => kind)).toEqual(['invalid']);
  });

  it('[LIM14] a session that shows very many clients does not make it keep all of them', async () => {
    const world = new World({
      settings: { AWARENESS_RATE: '1', MAX_AWARENESS_BYTES: '1024', MAX_AWARENESS_STATES: '3' },
    });
    const { a } = await aliceAndBob(world);
    const shows = (...entries: readonly AwarenessEntry[]) =>
      world.collaboration.handleAwarenessUpdate(a.member, { kind: 'provider', update: encodeAwareness(entries) });
    shows(cursor(1));
    for (let id = 2; id < 100; id++) shows(cursor(1, id));
    expect(a.refused[0]?.kind).toBe('too-large');
  });
});

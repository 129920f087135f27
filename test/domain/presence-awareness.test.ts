import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { decodeAwareness, encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { Presence } from '../../src/domain/entities/presence.ts';
import type { PresenceChange } from '../../src/domain/entities/presence-state.ts';

const LIMITS = { maxEntries: 100, maxStateBytes: 10_000 };

const SESSIONS = ['p0', 'p1', 'j0', 'j1'] as const;

const step = fc.record({
  session: fc.constantFrom(...SESSIONS),
  action: fc.constantFrom('show', 'show', 'show', 'null', 'leave', 'renew', 'relay'),
  value: fc.integer({ min: 0, max: 3 }),
});

/** A provider's end of the wire: its Awareness, of which each change is sent to the presence under test. */
class Provider {
  readonly awareness: Awareness;

  constructor(clientId: number) {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    this.awareness = new Awareness(doc);
    clearInterval(this.awareness._checkInterval as never);
  }

  get entries() {
    return decodeAwareness(encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]), LIMITS);
  }

  get relayed() {
    return decodeAwareness(encodeAwarenessUpdate(this.awareness, [...this.awareness.states.keys()]), LIMITS);
  }

  hear(changes: readonly PresenceChange[]): void {
    if (changes.length > 0) applyAwarenessUpdate(this.awareness, bytes(changes), 'server');
  }
}

function bytes(changes: readonly PresenceChange[]): Uint8Array {
  return encodeAwareness(changes.map(({ yjsClientId: clientId, clock, state }) => ({ clientId, clock, state })));
}

const statesOf = (awareness: Awareness) =>
  Object.fromEntries([...awareness.states].filter(([client]) => client !== awareness.clientID));

const statesIn = (presence: Presence) =>
  Object.fromEntries(presence.states.map(({ yjsClientId, state }) => [yjsClientId, JSON.parse(state)]));

describe('Presence and the Awareness of y-protocols', () => {
  it('[PRES1] [PRES4] [PRES5] a provider that hears every change ends with the same states', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let nextId = 1_000;
        const presence = new Presence(100, () => ++nextId);
        const providers = new Map([
          ['p0', new Provider(1)],
          ['p1', new Provider(2)],
        ]);
        const listener = new Provider(99);
        const all = [...providers.values(), listener];
        const tell = (changes: readonly PresenceChange[]) => {
          for (const each of all) each.hear(changes);
        };

        for (const { session, action, value } of steps) {
          const provider = providers.get(session);
          if (action === 'leave') {
            tell(presence.removeSession(session));
          } else if (action === 'renew') {
            for (const { changes } of presence.renew()) tell(changes);
          } else if (provider === undefined) {
            tell(presence.setState(session, session, action === 'null' ? 'null' : `{"value":${value}}`, ''));
          } else if (action === 'relay') {
            tell(presence.applyEntries(session, provider.relayed));
          } else {
            provider.awareness.setLocalState(action === 'null' ? null : { value });
            tell(presence.applyEntries(session, provider.entries));
          }
        }
        // Every 15 s at the latest. Until then, y-protocols ignores a first state of clock 0, and one that comes back at
        // the clock at which it ended.
        for (const [session, { awareness }] of providers) {
          awareness.setLocalState(awareness.getLocalState());
          tell(presence.applyEntries(session, providers.get(session)?.entries ?? []));
        }
        for (const { changes } of presence.renew()) tell(changes);
        expect(statesOf(listener.awareness)).toEqual(statesIn(presence));
      }),
      { numRuns: 200 },
    );
  });

  it('[PRES7] one who comes late and is shown all states has the same as one who heard every change', () => {
    const presence = new Presence(100, () => 1_000);
    presence.setState('j', 'j', '{"a":1}', '');
    presence.setState('j', 'j', '{"a":2}', '');
    presence.applyEntries('p', [{ clientId: 7, clock: 3, state: '{"b":1}' }]);
    const late = new Provider(99);
    late.hear(presence.statesBeside('late'));
    expect(statesOf(late.awareness)).toEqual({ 1000: { a: 2 }, 7: { b: 1 } });
  });
});

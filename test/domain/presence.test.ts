import { describe, expect, it } from 'vitest';
import { Presence } from '../../src/domain/entities/presence.ts';
import { CollaborationError } from '../../src/domain/errors.ts';

const invalid = expect.objectContaining({ kind: 'invalid' });

/** A presence whose given ids are 1001, 1002, … */
function presence(maxStates = 10): Presence {
  let next = 1_000;
  return new Presence(maxStates, () => ++next);
}

const entry = (clientId: number, clock: number, state: object | null) => ({
  clientId,
  clock,
  state: JSON.stringify(state),
});

const shown = (of: Presence) =>
  Object.fromEntries(of.states.map(({ clientId, state }) => [clientId, JSON.parse(state)]));

describe('Presence of gRPC and JSON sessions', () => {
  it('[PRES2] shows under a given id, with a clock that starts at 1 and rises with each change', () => {
    const room = presence();
    const clocks = ['{"a":1}', '{"a":2}', 'null', '{"a":3}'].map((state) => room.setState('s1', 'c1', state, ''));
    expect(clocks.flat()).toMatchObject([
      { clientId: 'c1', yjsClientId: 1001, clock: 1, state: '{"a":1}' },
      { clientId: 'c1', yjsClientId: 1001, clock: 2, state: '{"a":2}' },
      { clientId: 'c1', yjsClientId: 1001, clock: 3, state: 'null' },
      { clientId: 'c1', yjsClientId: 1001, clock: 4, state: '{"a":3}' },
    ]);
  });

  it('[PRES2] puts user_info into the state where it has no user, and leaves it out where it has', () => {
    const room = presence();
    const user = '{"name":"Ada"}';
    expect(room.setState('s1', 'c1', '{"cursor":1}', user)).toMatchObject([
      { state: '{"cursor":1,"user":{"name":"Ada"}}', awarenessState: '{"cursor":1}', userInfo: user },
    ]);
    const own = '{"user":{"name":"Eve"}}';
    expect(room.setState('s1', 'c1', own, user)).toMatchObject([{ state: own, awarenessState: own, userInfo: user }]);
    expect(room.setState('s1', 'c1', own, '')).toMatchObject([{ userInfo: '{"name":"Eve"}' }]);
    expect(room.setState('s1', 'c1', '{}', '')).toMatchObject([{ userInfo: '{}' }]);
  });

  it.each([
    ['a state that is no JSON', '{', ''],
    ['a state that is a list', '[]', ''],
    ['a state that is a text', '"a"', ''],
    ['a user that is no JSON', '{}', 'Ada'],
    ['a user that is a list', '{}', '[]'],
    ['a user that is no JSON beside a state that has one', '{"user":{}}', 'Ada'],
    ['a user that is no JSON beside null', 'null', '{'],
    ['a state nested too deeply', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`, ''],
    ['a user nested too deeply', '{"user":{}}', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`],
  ])('[DOC19] [PRES2] refuses %s and changes nothing', (_name, state, user) => {
    const room = presence();
    room.setState('s1', 'c1', '{"kept":true}', '');
    expect(() => room.setState('s1', 'c1', state, user)).toThrow(invalid);
    expect(shown(room)).toEqual({ c1: { kept: true } });
    expect(room.setState('s1', 'c1', '{}', '')).toMatchObject([{ clock: 2 }]);
  });

  it('[PRES4] a null before anything was shown is nobody’s business', () => {
    const room = presence();
    expect(room.setState('s1', 'c1', 'null', '')).toEqual([]);
    expect(room.states).toEqual([]);
  });

  it('[PRES4] leaving removes the state with a higher clock', () => {
    const room = presence();
    room.setState('s1', 'c1', '{"a":1}', '');
    expect(room.removeSession('s1')).toMatchObject([
      { clientId: 'c1', yjsClientId: 1001, clock: 2, state: 'null', awarenessState: 'null' },
    ]);
    expect(room.states).toEqual([]);
    expect(room.removeSession('s1')).toEqual([]);
  });

  it('[PRES6] renews what is shown with a higher clock, and nothing else', () => {
    const room = presence();
    room.setState('s1', 'c1', '{"a":1}', '');
    room.setState('s2', 'c2', '{"a":1}', '');
    room.setState('s2', 'c2', 'null', '');
    room.applyEntries('s3', [entry(7, 5, { a: 1 })]);
    expect(room.renew()).toMatchObject([
      { sessionId: 's1', changes: [{ yjsClientId: 1001, clock: 2, state: '{"a":1}' }] },
    ]);
    expect(room.setState('s1', 'c1', '{"a":2}', '')).toMatchObject([{ clock: 3 }]);
  });

  it('[PRES2] no id is given twice, nor one that a provider has or had', () => {
    const ids = [7, 7, 8, 8, 9];
    const room = new Presence(10, () => ids.shift() ?? 10);
    room.applyEntries('p', [entry(7, 1, {})]);
    expect(room.setState('s1', 'c1', '{}', '')).toMatchObject([{ yjsClientId: 8 }]);
    expect(room.setState('s2', 'c2', '{}', '')).toMatchObject([{ yjsClientId: 9 }]);
  });

  it('[PRES5] a provider cannot take over or end the state of such a session', () => {
    const room = presence();
    room.setState('s1', 'c1', '{"a":1}', '');
    expect(room.applyEntries('p', [entry(1001, 99, { forged: true })])).toEqual([]);
    expect(room.applyEntries('p', [entry(1001, 99, null)])).toEqual([]);
    expect(shown(room)).toEqual({ c1: { a: 1 } });
  });
});

describe('Presence of providers', () => {
  it('[PRES3] shows under the decimal Yjs clientID', () => {
    expect(presence().applyEntries('p', [entry(4_000_000_000, 3, { user: { name: 'Ada' } })])).toEqual([
      {
        clientId: '4000000000',
        yjsClientId: 4_000_000_000,
        clock: 3,
        state: '{"user":{"name":"Ada"}}',
        userInfo: '{"name":"Ada"}',
        awarenessState: '{"user":{"name":"Ada"}}',
      },
    ]);
  });

  it('[PRES5] an older or equal clock changes nothing, not even within one update', () => {
    const room = presence();
    room.applyEntries('p', [entry(7, 5, { at: 5 })]);
    expect(room.applyEntries('p', [entry(7, 4, { at: 4 }), entry(7, 5, { other: true })])).toEqual([]);
    expect(room.applyEntries('p', [entry(7, 9, { at: 9 }), entry(7, 8, { at: 8 })])).toMatchObject([{ clock: 9 }]);
    expect(shown(room)).toEqual({ 7: { at: 9 } });
    expect(room.applyEntries('p', [entry(8, 1, { at: 1 }), entry(8, 1, null)])).toMatchObject([{}, { state: 'null' }]);
  });

  it('[PRES4] [PRES5] its own session ends a state with null, at the same clock or a higher one; another does not', () => {
    const room = presence();
    room.applyEntries('p', [entry(7, 5, {}), entry(8, 5, {})]);
    expect(room.applyEntries('q', [entry(7, 5, null), entry(8, 9, null)])).toEqual([]);
    expect(room.applyEntries('p', [entry(7, 4, null)])).toEqual([]);
    expect(room.applyEntries('p', [entry(7, 5, null), entry(8, 6, null)])).toMatchObject([
      { clientId: '7', clock: 5, state: 'null' },
      { clientId: '8', clock: 6, state: 'null' },
    ]);
    expect(room.states).toEqual([]);
  });

  it('[PRES5] sending on what another shows does not take it over: it ends when its own session does', () => {
    const room = presence();
    room.applyEntries('a', [entry(7, 5, { user: 'a' })]);
    room.applyEntries('b', [entry(8, 1, { user: 'b' })]);
    expect(room.applyEntries('b', [entry(7, 5, { user: 'a' })])).toEqual([]);
    expect(room.removeSession('a')).toMatchObject([{ clientId: '7', clock: 5, state: 'null' }]);
  });

  it('[PRES5] what is sent on late of a client that has left brings it back for nobody', () => {
    const room = presence();
    room.applyEntries('a', [entry(7, 5, { user: 'a' })]);
    room.applyEntries('b', [entry(8, 1, { user: 'b' })]);
    room.removeSession('a');
    expect(room.applyEntries('b', [entry(7, 5, { user: 'a' })])).toEqual([]);
    expect(room.applyEntries('b', [entry(7, 4, { user: 'a' })])).toEqual([]);
    expect(shown(room)).toEqual({ 8: { user: 'b' } });
  });

  it('[PRES5] a client that reconnects takes its state along: at its clock once the old session has ended', () => {
    const room = presence();
    room.applyEntries('a', [entry(7, 5, { user: 'a' })]);
    room.removeSession('a');
    expect(room.applyEntries('again', [entry(7, 5, { user: 'a' })])).toMatchObject([{ clientId: '7', clock: 5 }]);
  });

  it('[PRES5] and with its next change while the old session lingers, which then has nothing to end', () => {
    const room = presence();
    room.applyEntries('a', [entry(7, 5, { user: 'a' })]);
    expect(room.applyEntries('again', [entry(7, 6, { user: 'a' })])).toMatchObject([{ clientId: '7', clock: 6 }]);
    expect(room.removeSession('a')).toEqual([]);
    expect(shown(room)).toEqual({ 7: { user: 'a' } });
  });

  it('[LIM1] a session shows no more states than allowed, and one past it changes nothing', () => {
    const room = presence(2);
    room.applyEntries('p', [entry(1, 1, {}), entry(2, 1, {}), entry(2, 2, {})]);
    expect(() => room.applyEntries('p', [entry(1, 2, { new: true }), entry(3, 1, {})])).toThrow(CollaborationError);
    expect(shown(room)).toEqual({ 1: {}, 2: {} });
    room.applyEntries('p', [entry(1, 2, null)]);
    expect(room.applyEntries('p', [entry(3, 1, {})])).toHaveLength(1);
  });

  it('[LIM1] thousands of clients that come and go do not make it forget the latest ones', () => {
    const room = presence();
    for (let id = 1; id <= 3_000; id++) {
      room.applyEntries('p', [entry(id, 1, {})]);
      room.applyEntries('p', [entry(id, 1, null)]);
    }
    room.applyEntries('q', [entry(9_999, 1, {})]);
    expect(room.applyEntries('q', [entry(3_000, 1, {})])).toEqual([]);
    expect(room.applyEntries('q', [entry(1, 1, {})])).toHaveLength(1);
  });

  it('[PRES7] everything but its own is what a session is shown', () => {
    const room = presence();
    room.setState('s1', 'c1', '{}', '');
    room.applyEntries('p', [entry(7, 1, {})]);
    expect(room.statesBeside('s1').map(({ clientId }) => clientId)).toEqual(['7']);
    expect(room.statesBeside('p').map(({ clientId }) => clientId)).toEqual(['c1']);
    expect(room.statesBeside('new').map(({ clientId }) => clientId)).toEqual(['c1', '7']);
  });

  it('[PRES5] a state that another session sends on first goes back to its own', () => {
    const presence = new Presence(10, () => 1);
    const shown = (clientId: number, clock: number) => ({ clientId, clock, state: '{"user":{"name":"x"}}' });
    presence.applyEntries('ada', [shown(7, 1)]);
    presence.applyEntries('bob', [shown(8, 1)]);
    presence.applyEntries('bob', [shown(7, 2)]);
    presence.applyEntries('ada', [shown(7, 2)]);
    expect(presence.removeSession('bob').map(({ yjsClientId }) => yjsClientId)).toEqual([8]);
    expect(presence.removeSession('ada').map(({ yjsClientId }) => yjsClientId)).toEqual([7]);
  });
});

import { describe, expect, it } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { RemotePresence } from '../../client/src/grpc/presence.ts';
import { atEnd } from '../support/clean-up.ts';
import { Editor } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { Client, KINDS } from './support/scene.ts';

const ADA = { name: 'Ada', color: '#c2410c' };
const BOB = { name: 'Bob', color: '#1d4ed8' };

async function start(): Promise<RunningServer> {
  const server = await startServer();
  atEnd(() => server.stop());
  return server;
}

/** The states of others that a client sees. */
function others(client: Client): readonly Record<string, unknown>[] {
  const { awareness } = client.provider;
  return [...awareness.getStates()].filter(([id]) => id !== awareness.clientID).map(([, state]) => state);
}

const sees = (client: Client, state: object) =>
  client.until(`the state ${JSON.stringify(state)}`, () =>
    others(client).some((each) => JSON.stringify(each) === JSON.stringify(state)),
  );

const seesNobody = (client: Client) => client.until('nobody', () => others(client).length === 0);

const PAIRS = KINDS.flatMap((one) => KINDS.map((two) => [one, two] as const));

describe('presence', () => {
  it.each(PAIRS)('[SDK13] of a %s and a %s reaches the other, with changes and the end', async (one, two) => {
    const server = await start();
    const ada = await Client.synced(one, server, { user: ADA });
    const bob = await Client.synced(two, server, { user: BOB });
    await Promise.all([sees(ada, { user: BOB }), sees(bob, { user: ADA })]);
    ada.provider.awareness.setLocalStateField('cursor', { anchor: 1 });
    await sees(bob, { user: ADA, cursor: { anchor: 1 } });
    ada.provider.awareness.setLocalState(null);
    await seesNobody(bob);
    ada.provider.awareness.setLocalState({ user: ADA });
    await sees(bob, { user: ADA });
    ada.provider.destroy();
    await seesNobody(bob);
  });

  it.each(PAIRS)('[SDK13] of a %s is back for a %s as soon as it is connected again', async (one, two) => {
    const server = await start();
    const ada = await Client.synced(one, server, { user: ADA });
    const bob = await Client.synced(two, server);
    await sees(bob, { user: ADA });
    ada.provider.disconnect();
    await seesNobody(bob);
    ada.provider.connect();
    await sees(bob, { user: ADA });
    bob.provider.disconnect();
    expect(others(bob)).toEqual([]);
    bob.provider.connect();
    await sees(bob, { user: ADA });
  });

  it.each(KINDS)('[SDK13] of a %s reaches y-websocket providers, and theirs reaches it', async (kind) => {
    const server = await start();
    const ada = await Client.synced(kind, server, { user: ADA });
    const old = new Editor('3', server.wsUrl, 'd');
    await old.synced();
    old.awareness.setLocalState({ user: BOB });
    await sees(ada, { user: BOB });
    await old.until('Ada', () => [...old.awareness.getStates().values()].some(({ user }) => user !== BOB));
    old.destroy();
    await seesNobody(ada);
  });

  it('[SDK14] is kept in an awareness that was handed in, which outlives the provider', async () => {
    const server = await start();
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    const ada = await Client.synced('WebSocketProvider', server, { doc, awareness, user: ADA });
    const bob = await Client.synced('WebSocketProvider', server);
    await sees(bob, { user: ADA });
    ada.provider.destroy();
    await seesNobody(bob);
    expect(awareness.getLocalState()).toEqual({ user: ADA });
  });
});

describe('presence that came over gRPC', () => {
  const awareness = () => {
    const doc = new Y.Doc();
    atEnd(() => doc.destroy());
    return new Awareness(doc);
  };

  it('[SDK15] does not end for not being renewed', () => {
    const held = awareness();
    held.states.set(5, { user: ADA });
    held.meta.set(5, { clock: 1, lastUpdated: 0 });
    new RemotePresence(held, 'me').keep();
    expect(held.meta.get(5)?.lastUpdated).toBeGreaterThan(Date.now() - 1_000);
    expect(held.meta.get(5)?.clock).toBe(1);
  });

  const translated = (client_id: string, awareness_state: string, user_info = '{}', own = 'me') => {
    const held = awareness();
    const update = new RemotePresence(held, own).translate({ client_id, awareness_state, user_info });
    if (update === undefined) return undefined;
    const text = Buffer.from(update).toString('latin1');
    return text.slice(text.search(/[{n]/));
  };

  it.each([
    ['a whole state', '{"user":{"name":"A"},"x":1}', '{"name":"B"}', '{"user":{"name":"A"},"x":1}'],
    ['a state without its user', '{"x":1}', '{"name":"B"}', '{"x":1,"user":{"name":"B"}}'],
    ['an end', 'null', '{}', 'null'],
    ['no object', '7', '{}', undefined],
    ['no JSON', '{', '{}', undefined],
    ['a user that is no JSON', '{"x":1}', '{', '{"x":1}'],
  ])('[SDK15] %s is read', (_what, state, user, expected) => {
    expect(translated('bot', state, user)).toBe(expected);
  });

  it('[SDK15] of an earlier session of this client is passed over', () => {
    expect(translated('me', '{"x":1}')).toBeUndefined();
  });

  it('[SDK15] keeps the number of a Yjs client, and gives any other id one', () => {
    const held = awareness();
    const presence = new RemotePresence(held, 'me');
    const numbers = ['77', 'bot', '077', '99999999999999999', String(held.clientID)].map((client_id) => {
      const update = presence.translate({ client_id, awareness_state: '{}', user_info: '' }) ?? new Uint8Array();
      return update[1] === 77 && update[2] === 1;
    });
    expect(numbers).toEqual([true, false, false, false, false]);
  });
});

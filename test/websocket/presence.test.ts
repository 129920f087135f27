import { beforeEach, describe, expect, it } from 'vitest';
import { decodeYWebsocketFrame } from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { decodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { GrpcClient, type Stream } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { base64, type JsonAnswer, JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { Editor } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { AWARENESS, YWebsocketClient } from '../support/y-websocket-client.ts';

const LIMITS = { maxEntries: 100, maxStateBytes: 100_000 };

let server: RunningServer;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  server = await startServer({ COMMIT_WINDOW_MS: '0' }, { clock });
  const started = server;
  atEnd(() => started.stop());
});

const json = async () => {
  const client = await JsonClient.open(server.wsUrl);
  await client.sync('d');
  return client;
};

const provider = () => YWebsocketClient.join(server.wsUrl, 'd');

async function entries(client: YWebsocketClient) {
  const message = decodeYWebsocketFrame(await client.next(AWARENESS));
  if (message.type !== 'awareness') throw new Error(message.type);
  return decodeAwareness(message.update, LIMITS).map((each) => ({ ...each, state: JSON.parse(each.state) as unknown }));
}

async function shown(client: JsonClient): Promise<JsonAnswer['data']> {
  return (await client.next('awareness')).data;
}

describe('JSON and y-websocket', () => {
  it('[PRES1] [PRES2] a JSON state shows under one random uint32 whose clock rises, and under its own name to JSON', async () => {
    const [ann, bob, carol] = [await json(), await json(), await provider()];
    ann.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    const [first] = await entries(carol);
    ann.send({ doc_id: 'd', type: 'awareness', data: { cursor: 2 } });
    const [second] = await entries(carol);
    expect([first?.clock, second?.clock]).toEqual([1, 2]);
    expect(first?.clientId).toBe(second?.clientId);
    expect(first?.clientId).toBeGreaterThan(0);
    expect(first?.clientId).toBeLessThan(2 ** 32);
    expect([first?.state, second?.state]).toEqual([{ cursor: 1 }, { cursor: 2 }]);
    const heard = [await shown(bob), await shown(bob)];
    expect(heard.map((each) => each?.state)).toEqual([{ cursor: 1 }, { cursor: 2 }]);
    expect(heard[0]?.client_id).toBe(heard[1]?.client_id);
    expect(heard[0]?.client_id).not.toBe(String(first?.clientId));
  });

  it('[PRES3] a provider state shows to JSON clients under its decimal clientID', async () => {
    const [ann, carol] = [await json(), await provider()];
    carol.awareness({ clientId: 4_000_000_000, clock: 1, state: '{"user":{"name":"Carol"}}' });
    expect(await shown(ann)).toEqual({ client_id: '4000000000', state: { user: { name: 'Carol' } } });
    expect((await ann.next('user_joined')).data).toMatchObject({ client_id: '4000000000', user_name: 'Carol' });
  });

  it.each(['leave', 'close', 'null'] as const)('[PRES4] a JSON state ends by %s, in each form', async (how) => {
    const [ann, bob, carol] = [await json(), await json(), await provider()];
    ann.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    const [before] = await entries(carol);
    const client_id = (await shown(bob))?.client_id;
    if (how === 'leave') ann.send({ doc_id: 'd', type: 'leave' });
    else if (how === 'close') ann.ws.terminate();
    else ann.send({ doc_id: 'd', type: 'awareness', data: null });
    expect(await entries(carol)).toEqual([{ clientId: before?.clientId, clock: 2, state: null }]);
    expect(await shown(bob)).toEqual({ client_id, state: null });
  });

  it.each(['close', 'null'] as const)('[PRES4] a provider state ends by %s, in each form', async (how) => {
    const [ann, bob, carol] = [await json(), await provider(), await provider()];
    carol.awareness({ clientId: 9, clock: 1, state: '{"x":1}' });
    await entries(bob);
    await shown(ann);
    if (how === 'close') carol.ws.terminate();
    else carol.awareness({ clientId: 9, clock: 2, state: 'null' });
    expect(await entries(bob)).toMatchObject([{ clientId: 9, state: null }]);
    expect(await shown(ann)).toEqual({ client_id: '9', state: null });
  });

  it('[PRES5] an older clock changes nothing, nor can anybody else end a state or take it by its own clock', async () => {
    const [ann, bob, carol, eve] = [await json(), await provider(), await provider(), await provider()];
    carol.awareness({ clientId: 9, clock: 5, state: '{"x":1}' });
    await shown(ann);
    eve.awareness({ clientId: 10, clock: 1, state: '{"eve":1}' });
    await shown(ann);
    carol.awareness({ clientId: 9, clock: 4, state: '{"x":0}' });
    await carol.sync();
    // What y-protocols does after 30 s of silence, and what every provider does with what it hears.
    eve.awareness({ clientId: 9, clock: 5, state: 'null' }, { clientId: 9, clock: 9, state: 'null' });
    eve.awareness({ clientId: 9, clock: 5, state: '{"x":1}' });
    await eve.sync();
    await ann.settle();
    expect(ann.received.unread.filter(({ type }) => type === 'awareness')).toEqual([]);
    eve.ws.terminate();
    expect(await shown(ann)).toEqual({ client_id: '10', state: null });
    await bob.sync();
    carol.awareness({ clientId: 9, clock: 6, state: '{"x":2}' });
    expect(await shown(ann)).toEqual({ client_id: '9', state: { x: 2 } });
  });

  it('[PRES5] [SES4] a client that reconnects takes its state along with its next change, and is not announced again', async () => {
    const ann = await json();
    const old = await provider();
    const state = '{"user":{"name":"Carol"}}';
    old.awareness({ clientId: 9, clock: 5, state });
    await ann.next('user_joined');
    await shown(ann);
    const again = await provider();
    again.awareness({ clientId: 9, clock: 6, state });
    expect((await shown(ann))?.client_id).toBe('9');
    const gone = old.closed;
    old.ws.terminate();
    await gone;
    await ann.settle();
    expect(ann.received.unread).toEqual([]);
    again.ws.terminate();
    expect(await shown(ann)).toEqual({ client_id: '9', state: null });
    expect((await ann.next('user_left')).data).toMatchObject({ client_id: '9' });
  });

  it('[PRES6] JSON states are renewed towards binary providers every 15 s, and not towards JSON clients', async () => {
    const [ann, bob, carol] = [await json(), await json(), await provider()];
    ann.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    const [first] = await entries(carol);
    await shown(bob);
    clock.advance(15_000);
    const renewed = (await entries(carol))[0] ?? (await entries(carol))[0];
    expect(renewed).toEqual({ ...first, clock: 2 });
    await bob.settle();
    expect(bob.received.unread).toEqual([]);
  });

  it('[PRES7] who joins or syncs is shown every state but its own', async () => {
    const [ann, carol] = [await json(), await provider()];
    ann.send({ doc_id: 'd', type: 'awareness', data: { a: 1 } });
    carol.awareness({ clientId: 9, clock: 1, state: '{"c":1}' });
    await shown(ann);
    const bob = await json();
    expect([(await shown(bob))?.state, (await shown(bob))?.state]).toEqual([{ a: 1 }, { c: 1 }]);
    await ann.sync('d');
    expect((await shown(ann))?.state).toEqual({ c: 1 });
    await ann.settle();
    await bob.settle();
    expect([...ann.received.unread, ...bob.received.unread]).toEqual([]);
    const dave = await provider();
    expect((await entries(dave)).map(({ state }) => state)).toEqual([{ a: 1 }, { c: 1 }]);
  });

  it('[PRES5] a JSON client that sends y-protocols bytes cannot end what the server shows of another', async () => {
    const [ann, eve, carol] = [await json(), await json(), await provider()];
    ann.send({ doc_id: 'd', type: 'awareness', data: { a: 1 } });
    const [state] = await entries(carol);
    await shown(eve);
    const id = state?.clientId ?? 0;
    const varUint: number[] = [];
    for (let rest = id; ; rest = Math.floor(rest / 128)) {
      varUint.push(rest >= 128 ? (rest % 128) | 128 : rest);
      if (rest < 128) break;
    }
    eve.send({
      doc_id: 'd',
      type: 'awareness',
      update: base64(Buffer.from([1, ...varUint, 99, 4, ...Buffer.from('null')])),
    });
    await eve.settle();
    await carol.sync();
    expect(carol.received.unread).toEqual([]);
  });
});

describe('gRPC', () => {
  let stream: Stream;

  beforeEach(async () => {
    const client = new GrpcClient(server.grpcAddress);
    atEnd(() => client.close());
    stream = client.open();
    atEnd(() => stream.call.cancel());
    await stream.join('d', 'grpc-client');
  });

  it('[PRES1] [PRES2] a gRPC state reaches JSON clients under its name, and providers with the user of user_info', async () => {
    const [ann, carol] = [await json(), await provider()];
    const sent = { client_id: 'grpc-client', user_info: '{"name":"Gus"}', awareness_state: '{"cursor":3}' };
    stream.send('d', 'grpc-client', { awareness: sent });
    const state = { cursor: 3, user: { name: 'Gus' } };
    expect(await shown(ann)).toEqual({ client_id: 'grpc-client', state });
    expect(await entries(carol)).toMatchObject([{ clock: 1, state }]);
  });

  it('[PRES1] [PRES3] [PRES4] states of providers and JSON clients reach gRPC, and their ends', async () => {
    const [ann, carol] = [await json(), await provider()];
    carol.awareness({ clientId: 9, clock: 1, state: '{"user":{"name":"C"},"x":1}' });
    expect(await stream.take('user_joined')).toMatchObject({ client_id: '9', user_name: 'C' });
    expect(await stream.take('awareness')).toMatchObject({
      client_id: '9',
      user_info: '{"name":"C"}',
      awareness_state: '{"user":{"name":"C"},"x":1}',
    });
    ann.send({ doc_id: 'd', type: 'awareness', data: { a: 1 } });
    expect(await stream.take('awareness')).toMatchObject({ user_info: '{}', awareness_state: '{"a":1}' });
    carol.ws.terminate();
    expect(await stream.take('awareness')).toMatchObject({ client_id: '9', awareness_state: 'null' });
    expect(await stream.take('user_left')).toMatchObject({ client_id: '9' });
  });
});

describe('real providers', () => {
  it('[PRES1] [PRES4] see one another and JSON clients, and see them go', async () => {
    const ann = await json();
    const editors = (['1.5', '2', '3', '4'] as const).map((major) => new Editor(major, server.wsUrl, 'd'));
    for (const each of editors) await each.synced();
    for (const each of editors) each.awareness.setLocalState({ user: { name: each.major } });
    ann.send({ doc_id: 'd', type: 'awareness', data: { user: { name: 'JSON' } } });
    const names = (each: Editor) =>
      [...each.awareness.getStates().values()].map(({ user }) => (user as { name?: string } | undefined)?.name).sort();
    for (const each of editors) {
      await each.until('five names', () => names(each).join() === ['1.5', '2', '3', '4', 'JSON'].join());
    }
    const [leaving, ...staying] = editors as [Editor, ...Editor[]];
    leaving.destroy();
    for (const each of staying) await each.until('four names', () => names(each).join() === '2,3,4,JSON');
    ann.ws.terminate();
    for (const each of staying) await each.until('three names', () => names(each).join() === '2,3,4');
  });
});

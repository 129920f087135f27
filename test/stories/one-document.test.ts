import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GrpcClient } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { bytes, JsonClient, sequenceOf } from '../support/json-client.ts';
import { Editor, MAJORS } from '../support/providers.ts';
import { startServer } from '../support/server.ts';

const ROUNDS = 40;

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One who edits a text at random. */
interface Writer {
  readonly content: {
    insert(at: number, text: string): void;
    delete(at: number, length: number): void;
    readonly length: number;
  };
}

function editAtRandom({ content }: Writer, random: (below: number) => number): void {
  if (content.length > 4 && random(4) === 0) {
    const at = random(content.length - 2);
    content.delete(at, 1 + random(2));
  } else {
    content.insert(random(content.length + 1), String.fromCharCode(97 + random(26)).repeat(1 + random(3)));
  }
}

/** A document that is kept in step through messages; `send` gets each own update. */
class Peer implements Writer {
  readonly doc = new Y.Doc();
  readonly content = this.doc.getText('t');
  sent = 0;

  constructor(send: (update: Uint8Array) => void) {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'server') return;
      this.sent++;
      send(update);
    });
  }

  receive(update: Uint8Array): void {
    if (update.length > 0) Y.applyUpdate(this.doc, update, 'server');
  }
}

describe('one document, every door', () => {
  it.each([1, 2, 3])(
    '[ROOM3] [YWS9] [JSON2] random edits converge, and are numbered without gaps (seed %i)',
    async (seed) => {
      const server = await startServer();
      atEnd(() => server.stop());
      const random = generator(seed);
      const editors = MAJORS.map((major) => new Editor(major, server.wsUrl, 'd'));
      for (const each of editors) await each.synced();

      const socket = await JsonClient.open(server.wsUrl);
      await socket.join('d', 'json-user');
      const json = new Peer((update) => socket.update('d', update));
      const grpcClient = new GrpcClient(server.grpcAddress);
      const stream = grpcClient.open();
      atEnd(() => grpcClient.close());
      atEnd(() => stream.call.cancel());
      await stream.join('d', 'grpc-client');
      const grpc = new Peer((update) => stream.update('d', 'grpc-client', update));

      const observer = await JsonClient.open(server.wsUrl);
      await observer.sync('d');

      const numbers = { json: [] as number[], grpc: [] as number[] };
      const acknowledged = { json: 0, grpc: 0 };
      const heard = async () => {
        const answer = await socket.received.take('answer', ({ type }) => type === 'ack' || type === 'update');
        numbers.json.push(sequenceOf(answer));
        if (answer.type === 'ack') acknowledged.json++;
        else json.receive(bytes(answer.update));
      };
      const heardGrpc = async () => {
        const message = await stream.next();
        if (message.message_type !== 'update') return;
        numbers.grpc.push(message.update.sequence_number);
        if (message.update.origin_client_id === 'grpc-client') acknowledged.grpc++;
        else grpc.receive(message.update.update_data);
      };

      const writers: readonly Writer[] = [...editors, json, grpc];
      for (let round = 0; round < ROUNDS; round++) {
        for (let edit = 1 + random(8); edit > 0; edit--)
          editAtRandom(writers[random(writers.length)] as Writer, random);
        // Some of what others wrote comes in between, so that edits are concurrent and not merely one after the other.
        if (round % 3 === 0) await observer.settle();
      }

      const sequence = async () =>
        ((await (await fetch(`${server.httpUrl}/documents/d`)).json()) as { sequence_number: number }).sequence_number;
      while (acknowledged.json < json.sent) await heard();
      while (acknowledged.grpc < grpc.sent) await heardGrpc();

      // Each provider's own last edit is echoed when it is durable; a last edit of the observer ends the story for all.
      const truth = new Y.Doc();
      const everything = async () => {
        Y.applyUpdate(truth, (await observer.sync('d')).update);
        return truth.getText('t').toString();
      };
      for (const each of editors) await each.until('its edits on the server', () => each.provider.wsconnected);
      let text = await everything();
      for (const each of editors) {
        while (!contains(truth, each.stateVector)) text = await everything();
      }
      for (const each of editors) await each.hasText(text);
      while (json.content.toString() !== text) await heard();
      while (grpc.content.toString() !== text) await heardGrpc();

      const total = await sequence();
      const numbered = observer.received.unread.filter(({ type }) => type === 'update').map(sequenceOf);
      expect(numbered).toEqual(Array.from({ length: total }, (_, at) => at + 1));
      // Two may delete the same text at once: the second time changes nothing, and repeats a number.
      for (const each of [numbers.json, numbers.grpc]) {
        const distinct = [...new Set(each)].toSorted((a, b) => a - b);
        expect(distinct).toEqual(numbered.slice(0, distinct.length));
      }
      expect(acknowledged).toEqual({ json: json.sent, grpc: grpc.sent });
      expect(truth.store.pendingStructs).toBeNull();
      for (const each of editors) expect(textOfState(each.state)).toBe(text);
    },
  );

  it('[SES5] [SES8] [JSON4] every door names the same users', async () => {
    const server = await startServer();
    atEnd(() => server.stop());
    const editors = MAJORS.map((major) => new Editor(major, server.wsUrl, 'd'));
    const socket = await JsonClient.open(server.wsUrl);
    await socket.join('d', 'json-user');
    const grpcClient = new GrpcClient(server.grpcAddress);
    const stream = grpcClient.open();
    atEnd(() => grpcClient.close());
    atEnd(() => stream.call.cancel());
    await stream.join('d', 'grpc-client');
    for (const each of editors) {
      await each.synced();
      each.awareness.setLocalState({ user: { name: `provider ${each.major}` } });
      await socket.next('user_joined', ({ data }) => data?.user_name === `provider ${each.major}`);
    }
    const expected = [...MAJORS.map((major) => `provider ${major}`), 'grpc-client', 'json-user'].sort();
    const namesOf = (users: readonly { user_name: string }[]) => users.map(({ user_name }) => user_name).sort();
    const http = (await (await fetch(`${server.httpUrl}/documents/d`)).json()) as {
      active_users: { user_name: string }[];
    };
    expect(namesOf(http.active_users)).toEqual(expected);
    expect(namesOf((await grpcClient.getActiveUsers({ document_id: 'd' })).active_users)).toEqual(expected);
    const late = await JsonClient.open(server.wsUrl);
    const { data } = await late.join('d', 'late');
    expect(namesOf(data?.active_users as { user_name: string }[])).toEqual([...expected, 'late'].sort());
  });
});

function contains(doc: Y.Doc, stateVector: Uint8Array): boolean {
  for (const [client, clock] of Y.decodeStateVector(stateVector)) {
    if (Y.getState(doc.store, client) < clock) return false;
  }
  return true;
}

function textOfState(update: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('t').toString();
}

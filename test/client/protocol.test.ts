import { once } from 'node:events';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { mergeAll } from '../../client/src/core/merge-all.ts';
import { targetOf } from '../../client/src/grpc/service.ts';
import { documentUrl } from '../../client/src/websocket/address.ts';
import { Echoes } from '../../client/src/websocket/echoes.ts';
import { awarenessFrame, decodeFrame, step1Frame, updateFrame } from '../../client/src/websocket/frames.ts';
import { WebSocketProvider } from '../../client/src/websocket/websocket-provider.ts';
import { destinationOf } from '../../src/adapters/websocket/path.ts';
import {
  decodeYWebsocketFrame,
  encodeAwarenessFrame,
  encodeDenied,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
} from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { atEnd } from '../support/clean-up.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { insertions, textOf } from '../support/updates.ts';
import { Client } from './support/scene.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the frames', () => {
  it('[SDK19] are those of y-websocket', () => {
    const body = Uint8Array.of(1, 2, 3);
    expect([step1Frame(body), updateFrame(body), awarenessFrame(body)].map(hex)).toEqual([
      '000003010203',
      '000203010203',
      '0103010203',
    ]);
  });

  it('[SDK19] are read by the server as they were meant, and its own by the client', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (body, reason) => {
        expect(decodeYWebsocketFrame(step1Frame(body))).toEqual({ type: 'sync-step-1', stateVector: body });
        expect(decodeYWebsocketFrame(updateFrame(body))).toEqual({ type: 'update', update: body });
        expect(decodeYWebsocketFrame(awarenessFrame(body))).toEqual({ type: 'awareness', update: body });
        expect(decodeFrame(encodeStep1(body))).toEqual({ kind: 'step 1', stateVector: body });
        expect(decodeFrame(encodeStep2(body))).toEqual({ kind: 'step 2', update: body });
        expect(decodeFrame(encodeUpdate(body))).toEqual({ kind: 'update', update: body });
        expect(decodeFrame(encodeAwarenessFrame(body))).toEqual({ kind: 'awareness', update: body });
        expect(decodeFrame(encodeDenied(reason)).kind).toBe('denied');
      }),
    );
  });

  it.each([
    ['an unknown type', [102, 1, 1]],
    ['an unknown sync message', [0, 9, 1, 0]],
    ['an unknown auth message', [2, 7]],
  ])('[SDK19] of %s are passed over', (_what, bytes) => {
    expect(decodeFrame(Uint8Array.from(bytes))).toEqual({ kind: 'unknown' });
  });
});

describe('an address', () => {
  it.each([
    ['ws://host:8080/ws', 'notes', undefined, 'ws://host:8080/ws/notes'],
    ['wss://host/ws/', 'team/notes', undefined, 'wss://host/ws/team/notes'],
    ['http://host/ws', 'a b?c#d%', undefined, 'ws://host/ws/a%20b%3Fc%23d%25'],
    ['https://host/prefix/ws?x=1', 'ü', 't&=', 'wss://host/prefix/ws/%C3%BC?x=1&token=t%26%3D'],
    ['ws://host/ws', 'a/../b', undefined, 'ws://host/ws/a%2F..%2Fb'],
  ])('[SDK20] %s and %s', (url, document, token, expected) => {
    expect(documentUrl(url, document, token)).toBe(expected);
  });

  it('[SDK20] names the document that the server reads from it', () => {
    const names = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((name) => !/^\.{0,2}$|^\s|\s$/.test(name));
    fc.assert(
      fc.property(names, fc.string(), (document, token) => {
        const { pathname, search } = new URL(documentUrl('ws://host/ws', document, token));
        const destination = destinationOf(pathname + search);
        if (destination.kind === 'document') expect(destination.documentId.value).toBe(document.trim());
        expect(destination).toMatchObject({ token });
      }),
    );
  });

  it.each([
    ['ftp://host/ws', 'd'],
    ['host', 'd'],
    ['ws://host/ws', '..'],
  ])('[SDK20] that leads nowhere is refused at once: %s and %s', (url, document) => {
    const { Class } = { Class: class {} } as unknown as { Class: never };
    expect(() => new WebSocketProvider({ url, document, doc: new Y.Doc(), WebSocket: Class })).toThrow(TypeError);
  });

  it.each(['localhost:8081', 'http://localhost:8081', 'grpc://localhost:8081/', 'https://localhost:8081'])(
    '[SDK20] of a gRPC server: %s',
    (url) => {
      const { address, credentials } = targetOf(url, undefined, 1);
      expect([address, credentials._isSecure()]).toEqual(['localhost:8081', url.startsWith('https')]);
    },
  );

  it.each(['', 'ws://localhost:8081', 'http://localhost/a/b'])('[SDK20] of no gRPC server: %j', (url) => {
    expect(() => targetOf(url, undefined, 1)).toThrow(TypeError);
  });
});

describe('the echoes', () => {
  const [a, b] = [Uint8Array.of(1, 1), Uint8Array.of(1, 2)] as const;

  it('[SDK2] prove each update once, whatever others send', () => {
    const echoes = new Echoes();
    for (const update of [a, a, b]) echoes.expect(update);
    expect(echoes.match(Uint8Array.of(1, 3))).toBeUndefined();
    expect([a, a, a, b].map((update) => echoes.match(update.slice()))).toEqual([
      'certain',
      'certain',
      undefined,
      'certain',
    ]);
    expect(echoes.bytes).toBe(0);
  });

  it('[SDK9] of a deletion are only likely', () => {
    const echoes = new Echoes();
    const deletion = Uint8Array.of(0, 1, 5, 1, 0, 1);
    echoes.expect(deletion);
    expect(echoes.match(deletion)).toBe('likely');
  });
});

it('[SDK3] many updates merge into one that says the same', () => {
  const texts = Array.from({ length: 1_000 }, (_, at) => `${at} `);
  expect(textOf(mergeAll(insertions(...texts)))).toBe(texts.join(''));
  const [only] = insertions('one');
  expect(mergeAll([only ?? new Uint8Array()])).toBe(only);
  expect(() => mergeAll([])).toThrow(RangeError);
});

it('[SDK11] a gRPC server that never answers is given up after 30 s', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  atEnd(() => silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const reached = once(silent, 'connection');
  const clock = new ManualClock();
  const client = new Client(
    'GrpcProvider',
    { wsUrl: '', grpcAddress: `127.0.0.1:${port}` },
    { clock, random: () => 1 },
  );
  const [socket] = (await reached) as [{ destroy(): void }];
  atEnd(() => socket.destroy());
  clock.advance(29_999);
  expect(client.provider.status).toBe('connecting');
  clock.advance(1);
  expect(client.provider.status).toBe('disconnected');
});

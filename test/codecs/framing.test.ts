import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { concatFrames, frameSize, serverFrame } from '../../src/adapters/websocket/framing.ts';

interface Received {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** What a ws client makes of the bytes, written in pieces of `size`. */
function receive(bytes: Buffer, size = bytes.length): Promise<Received[]> {
  const { promise, resolve, reject } = deferred<Received[]>();
  const { Receiver } = ws as unknown as { Receiver: new (options: object) => NodeJS.WritableStream };
  const receiver = new Receiver({ isServer: false });
  const received: Received[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => received.push({ data, isBinary }));
  receiver.on('error', reject);
  receiver.on('finish', () => resolve(received));
  for (let at = 0; at < bytes.length; at += size) receiver.write(bytes.subarray(at, at + size));
  receiver.end();
  return promise;
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

const HEADERS: readonly (readonly [number, readonly number[]])[] = [
  [0, [0]],
  [1, [1]],
  [125, [125]],
  [126, [126, 0, 126]],
  [65_535, [126, 0xff, 0xff]],
  [65_536, [127, 0, 0, 0, 0, 0, 1, 0, 0]],
];

describe('framing', () => {
  it.each(HEADERS)('[YWS23] has the golden bytes of RFC 6455 for %i bytes', (length, header) => {
    const payload = new Uint8Array(length).fill(0xa5);
    const binary = serverFrame(payload, 'binary');
    expect([...binary.subarray(0, header.length + 1)]).toEqual([0x82, ...header]);
    expect(binary.subarray(header.length + 1).equals(payload)).toBe(true);
    expect(serverFrame(payload, 'text')[0]).toBe(0x81);
    expect(frameSize(length)).toBe(binary.length);
  });

  it('[YWS23] is read by ws as it was written, one message for each payload', async () => {
    for (const [length] of HEADERS) {
      const payload = Buffer.alloc(length, 0xa5);
      const [received, ...more] = await receive(serverFrame(payload, 'binary'));
      expect(received?.data.equals(payload)).toBe(true);
      expect(received?.isBinary).toBe(true);
      expect(more).toEqual([]);
    }
    expect(await receive(serverFrame(Buffer.from('grüße'), 'text'))).toEqual([
      { data: Buffer.from('grüße'), isBinary: false },
    ]);
    const payloads = HEADERS.map(([length]) => Buffer.alloc(length, length % 251));
    const received = await receive(concatFrames(payloads, 'binary'));
    expect(received.map(({ data }, i) => data.equals(payloads[i] ?? Buffer.of(1)))).toEqual(payloads.map(() => true));
  });

  it('[YWS23] puts the same frames behind each other', async () => {
    expect(concatFrames([], 'binary')).toHaveLength(0);
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    const property = fc.asyncProperty(payloads, fc.integer({ min: 1, max: 9 }), async (list, size) => {
      const frames = concatFrames(list, 'binary');
      expect(frames.equals(Buffer.concat(list.map((payload) => serverFrame(payload, 'binary'))))).toBe(true);
      const received = await receive(frames, size);
      expect(received.map((message) => message.data)).toEqual(list.map((payload) => Buffer.from(payload)));
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as authProtocol from 'y-protocols/auth';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import {
  decodeYWebsocketFrame,
  encodeAwarenessFrame,
  encodeDenied,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
} from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';

const invalid = expect.objectContaining({ kind: 'invalid' });
const decode = decodeYWebsocketFrame;

/** A frame as a provider writes it. */
function provider(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, type);
    write(encoder);
  });
}

describe('the y-websocket codec', () => {
  it('[YWS20] writes the frames that y-protocols writes', () => {
    const doc = new Y.Doc();
    doc.clientID = 1;
    doc.getText('t').insert(0, 'x'.repeat(200));
    const update = Y.encodeStateAsUpdate(doc);
    expect(encodeStep1(Y.encodeStateVector(doc))).toEqual(provider(0, (e) => syncProtocol.writeSyncStep1(e, doc)));
    expect(encodeStep2(update)).toEqual(provider(0, (e) => syncProtocol.writeSyncStep2(e, doc)));
    expect(encodeUpdate(update)).toEqual(provider(0, (e) => syncProtocol.writeUpdate(e, update)));
    expect(encodeDenied('Zutritt für Fremde')).toEqual(
      provider(2, (e) => authProtocol.writePermissionDenied(e, 'Zutritt für Fremde')),
    );
  });

  it('[YWS20] has the golden bytes of each message', () => {
    const payload = Uint8Array.of(9, 8);
    const golden = [
      [encodeStep1(payload), [0, 0, 2, 9, 8], { type: 'sync-step-1', stateVector: payload }],
      [encodeStep2(payload), [0, 1, 2, 9, 8], { type: 'sync-step-2', update: payload }],
      [encodeUpdate(payload), [0, 2, 2, 9, 8], { type: 'update', update: payload }],
      [encodeAwarenessFrame(Uint8Array.of(0)), [1, 1, 0], { type: 'awareness', update: Uint8Array.of(0) }],
      [encodeDenied('no'), [2, 0, 2, 0x6e, 0x6f], { type: 'denied', reason: 'no' }],
    ] as const;
    for (const [frame, bytes, message] of golden) {
      expect([...frame]).toEqual(bytes);
      expect(decode(frame)).toEqual(message);
    }
  });

  it('[YWS20] reads what it writes at every size of the length, as a view and not as a copy', () => {
    for (const size of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
      const frame = encodeUpdate(new Uint8Array(size).fill(7));
      const theirs = provider(0, (e) => syncProtocol.writeUpdate(e, new Uint8Array(size).fill(7)));
      expect(Buffer.compare(frame, theirs)).toBe(0);
      const message = decode(frame);
      if (message.type !== 'update') throw new Error(message.type);
      expect(message.update.length).toBe(size);
      expect(message.update.buffer).toBe(frame.buffer);
    }
  });

  it('[YWS21] refuses a frame cut short at whatever byte, and one that goes on', () => {
    const payload = new Uint8Array(130).fill(7);
    for (const frame of [encodeStep1(payload), encodeStep2(payload), encodeUpdate(payload), encodeDenied('no')]) {
      for (let end = 0; end < frame.length; end++) expect(() => decode(frame.subarray(0, end))).toThrow(invalid);
      expect(() => decode(Uint8Array.of(...frame, 0))).toThrow(invalid);
    }
    expect(() => decode(Uint8Array.of(1, 1, 0, 1, 1, 0))).toThrow(invalid);
  });

  it('[YWS22] takes a query for awareness with and without a body', () => {
    expect(decode(Uint8Array.of(3))).toEqual({ type: 'query-awareness' });
    expect(decode(Uint8Array.of(3, 1, 0))).toEqual({ type: 'query-awareness' });
  });

  it('[YWS21] refuses unknown types, and noise without any other error', () => {
    for (const bytes of [[4], [102, 1, 0], [0, 3, 0], [2, 1, 0], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]]) {
      expect(() => decode(Uint8Array.from(bytes))).toThrow(invalid);
    }
    const property = fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      try {
        decode(bytes);
      } catch (thrown) {
        expect(thrown).toEqual(invalid);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

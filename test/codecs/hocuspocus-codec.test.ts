import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import {
  decodeMessage,
  decodeName,
  NamedFrames,
} from '../../src/adapters/websocket/protocols/hocuspocus/hocuspocus-codec.ts';
import { documentOf } from '../../src/adapters/websocket/protocols/hocuspocus/hocuspocus-name.ts';
import { frame, readFrame, syncFrame, tokenFrame } from '../support/hocuspocus-client.ts';

const invalid = expect.objectContaining({ kind: 'invalid' });
const NAME = [1, 0x64] as const;
const PAYLOAD = Uint8Array.of(9, 8);

describe('what a Hocuspocus provider sends', () => {
  it.each([
    ['sync step 1', [...NAME, 0, 0, 2, 9, 8], { type: 'sync-step-1', stateVector: PAYLOAD }],
    ['sync step 2', [...NAME, 0, 1, 2, 9, 8], { type: 'sync-step-2', update: PAYLOAD }],
    ['update', [...NAME, 0, 2, 2, 9, 8], { type: 'update', update: PAYLOAD }],
    ['awareness', [...NAME, 1, 1, 0], { type: 'awareness', update: Uint8Array.of(0) }],
    ['token of versions 2 and 3', [...NAME, 2, 0, 2, 0x74, 0x6b], { type: 'token', token: 'tk', version: undefined }],
    ['token of version 4', [...NAME, 2, 0, 1, 0x74, 1, 0x34], { type: 'token', token: 't', version: '4' }],
    ['empty token', [...NAME, 2, 0, 0], { type: 'token', token: '', version: undefined }],
    ['query for awareness', [...NAME, 3], { type: 'query-awareness' }],
    ['stateless', [...NAME, 5, 2, 0x68, 0x69], { type: 'stateless', payload: 'hi' }],
    ['close', [...NAME, 7], { type: 'close' }],
  ])('[HOC20] a %s has golden bytes', (_what, bytes, message) => {
    expect(decodeName(Uint8Array.from(bytes))).toBe('d');
    expect(decodeMessage(Uint8Array.from(bytes))).toEqual(message);
  });

  it('[HOC20] is read as y-protocols writes it, whatever the name and the sizes', () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'x'.repeat(200));
    const written = frame('ein Dokument/ü', 0, (encoder) => syncProtocol.writeSyncStep2(encoder, doc));
    expect(decodeName(written)).toBe('ein Dokument/ü');
    expect(decodeMessage(written)).toEqual({ type: 'sync-step-2', update: Y.encodeStateAsUpdate(doc) });
    const property = fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(0, 1, 2),
      (name, bytes, kind) => {
        const sent = syncFrame(name, kind as 0 | 1 | 2, bytes);
        expect(decodeName(sent)).toBe(name);
        const message = decodeMessage(sent);
        const content = message.type === 'sync-step-1' ? message.stateVector : 'update' in message && message.update;
        expect(Buffer.compare(content as Uint8Array, bytes)).toBe(0);
        expect((content as Uint8Array).buffer).toBe(sent.buffer);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('[HOC21] is refused where it is cut short at whatever byte, and where it goes on', () => {
    const stateless = frame('name', 5, (encoder) => encoding.writeVarString(encoder, 'payload'));
    const awareness = frame('name', 1, (encoder) => encoding.writeVarUint8Array(encoder, PAYLOAD));
    const frames = [
      syncFrame('name', 0, PAYLOAD),
      syncFrame('name', 2, PAYLOAD),
      tokenFrame('name', 'token'),
      stateless,
    ];
    for (const sent of [...frames, awareness]) {
      for (let end = 0; end < sent.length; end++) {
        const read = () => [decodeName(sent.subarray(0, end)), decodeMessage(sent.subarray(0, end))];
        expect(read).toThrow(invalid);
      }
      if (sent !== frames[2]) expect(() => decodeMessage(Uint8Array.of(...sent, 0))).toThrow(invalid);
    }
    expect(() => decodeMessage(Uint8Array.of(...tokenFrame('name', 'token', '4'), 0))).toThrow(invalid);
  });

  it('[HOC21] is refused where only a server says so', () => {
    for (const body of [[2, 1, 0], [2, 2, 0], [6, 0], [8, 1], [4], [9], [10], [0, 3, 0], [2, 3, 0]]) {
      expect(() => decodeMessage(Uint8Array.of(...NAME, ...body))).toThrow(invalid);
    }
  });

  it('[HOC21] may be any noise, which makes no other error', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 16 }), (bytes) => {
      try {
        decodeName(bytes);
        decodeMessage(bytes);
      } catch (thrown) {
        expect(thrown).toEqual(invalid);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('[HOC21] names its document in at most 4 KiB', () => {
    expect(decodeName(frame('x'.repeat(4096), 3))).toHaveLength(4096);
    expect(() => decodeName(frame('x'.repeat(4097), 3))).toThrow(invalid);
  });
});

describe('what the server sends', () => {
  const frames = new NamedFrames('d');

  it.each([
    ['sync step 1', frames.step1(PAYLOAD), [...NAME, 0, 0, 2, 9, 8], 'step1'],
    ['awareness', frames.awareness(Uint8Array.of(0)), [...NAME, 1, 1, 0], 'awareness'],
    ['request for a token', frames.tokenRequest(), [...NAME, 2, 0, 0], 'token'],
    ['refusal', frames.denied('no'), [...NAME, 2, 1, 2, 0x6e, 0x6f], 'denied'],
    ['scope', frames.authenticated('readonly'), [...NAME, 2, 2, 8, ...Buffer.from('readonly')], 'authenticated'],
    ['stateless message', frames.stateless('hi'), [...NAME, 5, 2, 0x68, 0x69], 'stateless'],
    ['close', frames.close('over'), [...NAME, 7, 4, ...Buffer.from('over')], 'close'],
    ['status: saved', frames.status('saved'), [...NAME, 8, 1], 'status'],
    ['status: refused', frames.status('refused'), [...NAME, 8, 0], 'status'],
    ['head of an update', frames.updateHead(), [...NAME, 0, 2], undefined],
    ['head of a sync step 2', frames.step2Head(), [...NAME, 0, 1], undefined],
  ])('[HOC20] a %s has golden bytes', (_what, sent, bytes, kind) => {
    expect([...sent]).toEqual(bytes);
    if (kind !== undefined) expect(readFrame(sent)).toMatchObject({ name: 'd', kind });
  });
});

describe('a name', () => {
  it.each([
    ['d', 'd'],
    ['team/notes', 'team/notes'],
    ['d\u0000k3j5', 'd'],
  ])('[HOC22] %j stands for the document %s', (name, id) => {
    expect(documentOf(name).value).toBe(id);
  });

  it.each([
    '',
    ' ',
    '\u0000s',
    'd\u0000',
    'd\u0000 ',
    'd\u0000a\u0000b',
    `d\u0000${'x'.repeat(257)}`,
    'a\u0001',
    'd\u0000 s',
  ])('[HOC22] %j stands for none', (name) => {
    expect(() => documentOf(name)).toThrow(invalid);
  });
});

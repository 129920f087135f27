import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { snapshotKey } from './keys.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.ts';

const documentId = DocumentId.parse('a');
const key = snapshotKey(documentId);
const numbers = { sequence: 300, lastModified: 1_700_000_000_000 };
const value = encodeSnapshot(key, { ...numbers, content: { kind: 'whole', update: Uint8Array.of(1, 2, 3) } });
const checksums = [1, 0xffffffff, 7];
const head = encodeSnapshot(key, {
  ...numbers,
  content: { kind: 'chunked', length: 2500, chunkBytes: 1000, checksums },
});

describe('snapshot codec of the embedded store', () => {
  it('[LOG6] golden bytes: version, checksum, sequence, time, update', () => {
    expect(Buffer.from(value).toString('hex')).toBe('01b607565eac0280d095ffbc31010203');
  });

  it('[LOG6] golden bytes of one in chunks: version, checksum, sequence, time, bytes, bytes of a chunk, checksums', () => {
    expect(Buffer.from(head).toString('hex')).toBe('02e4695180ac0280d095ffbc31c413e80701000000ffffffff07000000');
  });

  it('[LOG5] what was encoded is decoded', () => {
    const numbers = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), numbers, numbers, (update, sequence, lastModified) => {
        const stored = { sequence, lastModified, content: { kind: 'whole', update } } as const;
        expect(decodeSnapshot(documentId, key, encodeSnapshot(key, stored))).toEqual(stored);
      }),
    );
  });

  it('[LOG5] what was encoded of one in chunks is decoded, and no other number of checksums', () => {
    expect(decodeSnapshot(documentId, key, head)).toEqual({
      ...numbers,
      content: { kind: 'chunked', length: 2500, chunkBytes: 1000, checksums },
    });
    const content = { kind: 'chunked', length: 2500, chunkBytes: 1000, checksums: [1, 2] } as const;
    expect(() => decodeSnapshot(documentId, key, encodeSnapshot(key, { ...numbers, content }))).toThrow(/checksums/);
  });

  it.each([
    ['whole', value],
    ['in chunks', head],
  ])('[LOG6] cut at any offset, or longer by a byte, it is damaged: %s', (_, value) => {
    for (let end = 0; end < value.length; end++) {
      expect(() => decodeSnapshot(documentId, key, value.subarray(0, end))).toThrow(DamagedDocumentError);
    }
    expect(() => decodeSnapshot(documentId, key, Buffer.concat([value, Buffer.alloc(1)]))).toThrow(
      DamagedDocumentError,
    );
  });

  it.each([
    ['whole', value],
    ['in chunks', head],
  ])('[LOG6] any flipped bit is damage, and so is the key of another document: %s', (_, value) => {
    for (let bit = 0; bit < value.length * 8; bit++) {
      const copy = Uint8Array.from(value);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeSnapshot(documentId, key, copy)).toThrow(DamagedDocumentError);
    }
    const other = DocumentId.parse('b');
    expect(() => decodeSnapshot(other, snapshotKey(other), value)).toThrow(DamagedDocumentError);
  });
});

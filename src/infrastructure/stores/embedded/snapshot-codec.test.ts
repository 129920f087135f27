import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { snapshotKey } from './keys.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.ts';

const documentId = DocumentId.parse('a');
const key = snapshotKey(documentId);
const snapshot = { update: Uint8Array.of(1, 2, 3), sequence: 300, lastModified: 1_700_000_000_000 };
const value = encodeSnapshot(key, snapshot);

describe('snapshot codec of the embedded store', () => {
  it('[LOG6] golden bytes: version, checksum, sequence, time, update', () => {
    expect(Buffer.from(value).toString('hex')).toBe('01b607565eac0280d095ffbc31010203');
  });

  it('[LOG5] what was encoded is decoded', () => {
    const numbers = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), numbers, numbers, (update, sequence, lastModified) => {
        const stored = { update, sequence, lastModified };
        expect(decodeSnapshot(documentId, key, encodeSnapshot(key, stored))).toEqual(stored);
      }),
    );
  });

  it('[LOG6] cut at any offset, or longer by a byte, it is damaged', () => {
    for (let end = 0; end < value.length; end++) {
      expect(() => decodeSnapshot(documentId, key, value.subarray(0, end))).toThrow(DamagedDocumentError);
    }
    expect(() => decodeSnapshot(documentId, key, Buffer.concat([value, Buffer.alloc(1)]))).toThrow(
      DamagedDocumentError,
    );
  });

  it('[LOG6] any flipped bit is damage, and so is the key of another document', () => {
    for (let bit = 0; bit < value.length * 8; bit++) {
      const copy = Uint8Array.from(value);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeSnapshot(documentId, key, copy)).toThrow(DamagedDocumentError);
    }
    const other = DocumentId.parse('b');
    expect(() => decodeSnapshot(other, snapshotKey(other), value)).toThrow(DamagedDocumentError);
  });
});

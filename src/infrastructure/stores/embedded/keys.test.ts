import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import {
  behindRecords,
  behindSnapshot,
  idOfRecordKey,
  recordKey,
  recordRange,
  sequenceOfKey,
  snapshotKey,
} from './keys.ts';

const ids = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter((raw) => {
    try {
      return DocumentId.parse(raw).value.length > 0;
    } catch {
      return false;
    }
  })
  .map((raw) => DocumentId.parse(raw));
const sequences = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('keys of the embedded store', () => {
  it('[LOG3] golden bytes', () => {
    expect(recordKey(DocumentId.parse('a/ä'), 258).toString('hex')).toBe('612fc3a4000000000000000102');
    expect(snapshotKey(DocumentId.parse('a/ä')).toString('hex')).toBe('612fc3a4');
  });

  it('[LOG3] the keys of one document sort by sequence number and lead back to it', () => {
    fc.assert(
      fc.property(ids, sequences, sequences, (id, a, b) => {
        expect(Math.sign(Buffer.compare(recordKey(id, a), recordKey(id, b)))).toBe(Math.sign(a - b));
        expect(sequenceOfKey(id, recordKey(id, a))).toBe(a);
        expect(idOfRecordKey(recordKey(id, a))).toEqual(snapshotKey(id));
      }),
    );
  });

  it('[LOG7] the range of a document holds its records and nobody else’s', () => {
    fc.assert(
      fc.property(ids, ids, sequences, (id, other, sequence) => {
        const { start, end } = recordRange(id);
        const key = recordKey(other, sequence);
        const inside = Buffer.compare(start, key) <= 0 && Buffer.compare(key, end) < 0;
        expect(inside).toBe(id.value === other.value);
      }),
    );
  });

  it('[LOG8] the search behind an id passes its own keys and no other document', () => {
    fc.assert(
      fc.property(ids, ids, sequences, (id, other, sequence) => {
        const later = Buffer.compare(snapshotKey(other), snapshotKey(id)) > 0;
        expect(Buffer.compare(behindRecords(snapshotKey(id)), recordKey(other, sequence)) < 0).toBe(later);
        expect(Buffer.compare(behindSnapshot(snapshotKey(id)), snapshotKey(other)) <= 0).toBe(later);
      }),
    );
  });

  it('[LOG6] a key of the wrong length or with an impossible number has no sequence number', () => {
    const id = DocumentId.parse('a');
    const key = recordKey(id, 1);
    expect(sequenceOfKey(id, key.subarray(0, -1))).toBeUndefined();
    expect(sequenceOfKey(id, Buffer.concat([key, Buffer.alloc(1)]))).toBeUndefined();
    expect(sequenceOfKey(id, recordKey(id, 0))).toBeUndefined();
    expect(sequenceOfKey(id, Buffer.concat([key.subarray(0, 2), Buffer.alloc(8, 0xff)]))).toBeUndefined();
  });
});

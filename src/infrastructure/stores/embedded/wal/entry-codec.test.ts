import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { unpack } from '../../shared/record-body.ts';
import { decodeEntries, encodeCompaction, encodeDeletion, encodeRecordEntries } from './entry-codec.ts';

const documentId = DocumentId.parse('a/ä');
const records = [
  { documentId, firstSequence: 300, updates: [Uint8Array.of(1, 2), new Uint8Array(0)], timestamp: 1000 },
  { documentId: DocumentId.parse('b'), firstSequence: 1, updates: [Uint8Array.of(3)], timestamp: 0 },
];
const encoded = encodeRecordEntries(records);

describe('entry codec of the write-ahead log', () => {
  it('[LOG14] golden bytes: id, first sequence number, length of the body, body', () => {
    const first = '04' + '612fc3a4' + 'ac02' + '07' + 'e807' + '02' + '0200' + '0102';
    const second = '01' + '62' + '01' + '04' + '00' + '01' + '01' + '03';
    expect(Buffer.from(encoded.payload).toString('hex')).toBe(first + second);
    expect(Buffer.from(encodeDeletion(documentId).payload).toString('hex')).toBe('04' + '612fc3a4' + '00');
    const compaction = '04' + '612fc3a4' + 'ffffffffffffff0f' + 'ac02';
    expect(Buffer.from(encodeCompaction(documentId, 300).payload).toString('hex')).toBe(compaction);
  });

  it('[LOG14] what was encoded is decoded, also one behind the other', () => {
    const deletion = encodeDeletion(documentId);
    const compaction = encodeCompaction(documentId, 7);
    const all = [encoded, deletion, compaction, encoded];
    const decoded = decodeEntries(Buffer.concat(all.map(({ payload }) => payload)));
    expect(decoded.map(plain)).toEqual(all.flatMap(({ entries }) => entries).map(plain));
    const bytes = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    const numbers = fc.integer({ min: 1, max: 2 ** 50 });
    fc.assert(
      fc.property(bytes, numbers, numbers, (updates, firstSequence, timestamp) => {
        const [entry] = decodeEntries(encodeRecordEntries([{ documentId, firstSequence, updates, timestamp }]).payload);
        expect(entry?.kind === 'record' && unpack(entry.record)).toEqual({ firstSequence, updates, timestamp });
      }),
    );
  });

  it('[LOG15] bytes that are not as they were written are refused or other entries, and never read past', () => {
    for (let end = 1; end < encoded.payload.length; end++) {
      const cut = encoded.payload.subarray(0, end);
      // A cut between two entries leaves the first.
      if (end === 15) expect(decodeEntries(cut)).toHaveLength(1);
      else expect(() => decodeEntries(cut)).toThrow();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeEntries(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

type Entry = (typeof encoded.entries)[number];

function plain(entry: Entry) {
  const { kind, documentId } = entry;
  return [kind, documentId.value, kind === 'record' ? unpack(entry.record) : kind === 'compaction' && entry.sequence];
}

import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedDocumentError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord } from '../shared/assemble-document.ts';
import { ByteWriter } from '../shared/byte-writer.ts';
import { bodyLength, writeBody } from '../shared/record-body.ts';
import { recordKey } from './keys.ts';
import { decodeRecords, encodeRecords, openRecord } from './record-codec.ts';

const documentId = DocumentId.parse('a');
const key = recordKey(documentId, 7);
const updates = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(255)];
const value = encodeRecords(key, [packed({ documentId, firstSequence: 7, updates, timestamp: 1_700_000_000_000 })]);

/** A record by itself. */
function encodeRecord(at: Uint8Array, record: LogRecord): Uint8Array {
  return encodeRecords(at, [packed(record)]);
}

function decodeRecord(id: DocumentId, at: Uint8Array, bytes: Uint8Array): StoredRecord | undefined {
  return decodeRecords(id, at, bytes).map((record) => openRecord(id, record))[0];
}

describe('record codec of the embedded store', () => {
  it('[LOG6] golden bytes: version, checksum, timestamp, count, lengths, updates', () => {
    const body = '80d095ffbc31' + '03' + '030001' + '010203' + 'ff';
    const checked = Buffer.from(`6100000000000000000701${body}`, 'hex');
    expect(Buffer.from(value).toString('hex')).toBe(`01${crc32(checked).toString(16).padStart(8, '0')}${body}`);
    expect(Buffer.from(value).toString('hex')).toBe(GOLDEN);
  });

  it('[LOG3] what was encoded is decoded', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const times = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const sequences = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1, maxLength: 20 }),
        times,
        sequences,
        (list, timestamp, firstSequence) => {
          const at = recordKey(documentId, firstSequence);
          const encoded = encodeRecord(at, { documentId, firstSequence, updates: list, timestamp });
          expect(decodeRecord(documentId, at, encoded)).toEqual({ firstSequence, updates: list, timestamp });
        },
      ),
    );
  });

  it('[LOG6] golden bytes of records that follow one another: each body behind its length', () => {
    const records = [7, 8].map((firstSequence) =>
      packed({ documentId, firstSequence, updates: [Uint8Array.of(9)], timestamp: 5 }),
    );
    const together = encodeRecords(key, records);
    const body = '0405010109' + '0405010109';
    const checked = Buffer.from(`6100000000000000000702${body}`, 'hex');
    expect(Buffer.from(together).toString('hex')).toBe(`02${crc32(checked).toString(16).padStart(8, '0')}${body}`);
    expect(decodeRecords(documentId, key, together)).toEqual(records);
    for (let end = 0; end < together.length; end++) {
      expect(() => decodeRecords(documentId, key, together.subarray(0, end))).toThrow(DamagedDocumentError);
    }
  });

  it('[LOG6] records that are wrong under a right checksum are damaged, not read past', () => {
    for (const body of ['', '05050101', '0400000000', '80', '00']) {
      const sealed = Buffer.from(`0200000000${body}`, 'hex');
      sealed.writeUInt32BE(crc32(Buffer.concat([key, Buffer.of(2), sealed.subarray(5)])), 1);
      expect(() => decodeRecords(documentId, key, sealed)).toThrow(DamagedDocumentError);
    }
  });

  it('[LOG6] cut at any offset, or longer by a byte, it is damaged', () => {
    for (let end = 0; end < value.length; end++) {
      expect(() => decodeRecord(documentId, key, value.subarray(0, end))).toThrow(DamagedDocumentError);
    }
    expect(() => decodeRecord(documentId, key, Buffer.concat([value, Buffer.alloc(1)]))).toThrow(DamagedDocumentError);
  });

  it('[LOG6] any flipped bit of value or key is damage', () => {
    for (let bit = 0; bit < value.length * 8; bit++) {
      expect(() => decodeRecord(documentId, key, flipped(value, bit))).toThrow(DamagedDocumentError);
    }
    for (let bit = 16; bit < key.length * 8; bit++) {
      expect(() => decodeRecord(documentId, flipped(key, bit), value)).toThrow(DamagedDocumentError);
    }
  });

  it('[LOG6] a record under the key of another document is damage', () => {
    const other = DocumentId.parse('b');
    expect(() => decodeRecord(other, recordKey(other, 7), value)).toThrow(DamagedDocumentError);
  });

  it('[LOG6] a body that is wrong under a right checksum is damaged, not read past', () => {
    for (const body of ['0000', '000105ff', '0001', '000100ff', '00020101ff', '80', 'ffffffffffffffffffff']) {
      const sealed = Buffer.from(`0100000000${body}`, 'hex');
      sealed.writeUInt32BE(crc32(Buffer.concat([key, Buffer.of(1), sealed.subarray(5)])), 1);
      expect(() => decodeRecord(documentId, key, sealed)).toThrow(DamagedDocumentError);
    }
  });

  it('[LOG6] arbitrary bytes are damaged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => decodeRecord(documentId, key, bytes)).toThrow(DamagedDocumentError);
      }),
    );
  });
});

function packed(record: LogRecord) {
  const writer = new ByteWriter(bodyLength(record));
  writeBody(writer, record);
  return { firstSequence: record.firstSequence, updates: record.updates.length, body: writer.bytes };
}

/** Documents on disks have this form: where it changes, the format version does. */
const GOLDEN = '01550177b680d095ffbc3103030001010203ff';

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

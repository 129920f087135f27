import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DocumentHead, HEAD_COLUMNS, headValues, readHead } from './document-head.ts';
import type { SqlRow, SqlValue } from './sql-database.ts';

function rowOf(values: readonly SqlValue[]): SqlRow {
  return Object.fromEntries(HEAD_COLUMNS.map((column, at) => [column, values[at] ?? 0]));
}

const token = fc.uint8Array({ minLength: 16, maxLength: 16 });
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const head: fc.Arbitrary<DocumentHead> = fc.record({
  key: fc.uint8Array({ minLength: 1, maxLength: 768 }),
  sequence: number,
  incarnation: token,
  writer: token,
  lastModified: number,
  snapshot: fc.option(fc.record({ id: token, sequence: number, lastModified: number, bytes: number }), {
    nil: undefined,
  }),
});

describe('the row of a document', () => {
  it('[SQL4] golden values', () => {
    const [incarnation, writer, id] = [1, 2, 3].map((byte) => Buffer.alloc(16, byte)) as [Buffer, Buffer, Buffer];
    const snapshot = { id, sequence: 5, lastModified: 8, bytes: 100 };
    const key = Buffer.from('a');
    const values = headValues({ key, sequence: 7, incarnation, writer, lastModified: 9, snapshot });
    expect(values.slice(0, -1)).toEqual([key, 7, incarnation, writer, 9, id, 5, 8, 100]);
    expect(values.at(-1)).toBe(42_535_686);
    const bare = headValues({ key, sequence: 7, incarnation, writer, lastModified: 9, snapshot: undefined });
    expect(bare.slice(5, -1)).toEqual([new Uint8Array(0), 0, 0, 0]);
    expect(bare.at(-1)).toBe(2_050_205_639);
  });

  it('[SQL4] what was written is read, and any other value in its place is damage', () => {
    fc.assert(
      fc.property(head, fc.nat({ max: HEAD_COLUMNS.length - 1 }), (written, at) => {
        const values = headValues(written);
        expect(readHead(rowOf(values))).toEqual(written);
        const value = values[at] ?? 0;
        const other = typeof value === 'number' ? value + 1 : Buffer.concat([value, Buffer.of(0)]);
        expect(readHead(rowOf(values.with(at, other)))).toBe('damaged');
      }),
    );
  });
});

import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { DocumentHead } from './document-head.ts';
import { planAppend, type Stored } from './plan-append.ts';
import type { StorableRecord } from './update-rows.ts';

const documentId = DocumentId.parse('a');
const key = Buffer.from('a');
const [US, THEM] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];

function record(firstSequence: number, lastSequence: number, content = 'x'): StorableRecord {
  return { firstSequence, lastSequence, timestamp: lastSequence, parts: [Buffer.from(content)] };
}

/** Snapshot up to 3, updates up to 6. */
function head(writer: Uint8Array): DocumentHead {
  const snapshot = { id: THEM, sequence: 3, lastModified: 3, bytes: 1 };
  return { key, sequence: 6, incarnation: US, writer, lastModified: 6, snapshot };
}

const STORED = new Map<number, Stored>([
  [4, { lastSequence: 4, parts: [Buffer.from('four')] }],
  [5, { lastSequence: 6, parts: [Buffer.from('five, six')] }],
]);

function plan(records: readonly StorableRecord[], base: DocumentHead | undefined) {
  const planned = planAppend({ documentId, key, records }, base, US, STORED);
  if (planned === 'conflict') return 'conflict';
  const { records: written, replaced } = planned;
  return { sequence: planned.head?.sequence, written: written.map(({ firstSequence }) => firstSequence), replaced };
}

const NOTHING = { sequence: undefined, written: [], replaced: [] };

describe('what an append writes', () => {
  it('[LOG19] records that follow one another, behind what is stored or from the start', () => {
    expect(plan([record(7, 7), record(8, 9)], head(THEM))).toEqual({ sequence: 9, written: [7, 8], replaced: [] });
    expect(plan([record(1, 2), record(3, 3)], undefined)).toEqual({ sequence: 3, written: [1, 3], replaced: [] });
  });

  it('[LOG19] whatever leaves out or repeats a number is a conflict', () => {
    expect(plan([record(8, 8)], head(US))).toBe('conflict');
    expect(plan([record(2, 2)], undefined)).toBe('conflict');
    expect(plan([record(7, 8), record(8, 8)], head(US))).toBe('conflict');
    expect(plan([record(6, 6)], head(US))).toBe('conflict');
    expect(plan([record(4, 4, 'other')], head(US))).toBe('conflict');
    expect(plan([record(5, 6, 'other')], head(US))).toBe('conflict');
  });

  it('[LOG4] the same once more is nothing, and what is behind it is written', () => {
    const again = [record(4, 4, 'four'), record(5, 6, 'five, six')];
    expect(plan(again, head(US))).toEqual(NOTHING);
    expect(plan(again, head(THEM))).toEqual(NOTHING);
    expect(plan([...again, record(7, 7)], head(US))).toEqual({ sequence: 7, written: [7], replaced: [] });
  });

  it('[LOG4] what a snapshot holds cannot be compared: it is a repetition where nobody else has written', () => {
    expect(plan([record(2, 3)], head(US))).toEqual(NOTHING);
    expect(plan([record(2, 3)], head(THEM))).toBe('conflict');
    expect(plan([record(3, 4)], head(US))).toBe('conflict');
  });

  it('[LOG4] a longer record takes the place of the newest, where that is ours', () => {
    expect(plan([record(5, 7, 'five, six, seven')], head(US))).toEqual({ sequence: 7, written: [5], replaced: [5] });
    expect(plan([record(5, 7, 'five, six, seven')], head(THEM))).toBe('conflict');
    expect(plan([record(4, 7, 'four to seven')], head(US))).toBe('conflict');
  });
});

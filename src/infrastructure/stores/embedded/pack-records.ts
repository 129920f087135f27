import { lastOf, type PackedRecord } from '../shared/record-body.ts';

/** Bounds of one stored value: what a reader holds at once, and what a compaction that cuts it writes again. */
const VALUE_BYTES = 1024 * 1024;
const VALUE_UPDATES = 4096;

/**
 * Groups records, sorted by their first sequence number, for one stored value each: records that follow one another,
 * up to the bounds. One that is larger than the bounds has a group of its own.
 */
export function packRecords(records: readonly PackedRecord[]): PackedRecord[][] {
  const groups: PackedRecord[][] = [];
  let group: PackedRecord[] = [];
  let bytes = 0;
  let updates = 0;
  let next = 0;
  for (const record of records) {
    bytes += record.body.length;
    updates += record.updates;
    if (record.firstSequence !== next || bytes > VALUE_BYTES || updates > VALUE_UPDATES) {
      group = [];
      groups.push(group);
      bytes = record.body.length;
      updates = record.updates;
    }
    group.push(record);
    next = lastOf(record) + 1;
  }
  return groups;
}

import type { LogRecord } from '../../../domain/repositories/update-log.ts';

/**
 * Refuses what no caller may hand to a store, before anything is written.
 * @throws RangeError when a record holds no update, or a number in it is not a safe integer in its range.
 */
export function checkRecord(record: LogRecord): void {
  const last = record.firstSequence + record.updates.length - 1;
  if (record.updates.length === 0) throw new RangeError('A log record needs at least one update.');
  if (!Number.isSafeInteger(record.firstSequence) || record.firstSequence < 1 || !Number.isSafeInteger(last)) {
    throw new RangeError(`A log record cannot start at sequence number ${record.firstSequence}.`);
  }
  if (!Number.isSafeInteger(record.timestamp) || record.timestamp < 0) {
    throw new RangeError(`A log record cannot have the timestamp ${record.timestamp}.`);
  }
}

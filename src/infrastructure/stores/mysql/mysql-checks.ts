import { PART_BYTES } from '../shared/parts.ts';
import type { SqlRow } from '../sql/sql-database.ts';

const MOST_BYTES = 4 * 1024 * 1024;
/** For the text around the values. */
const AROUND = 64 * 1024;

/** What of these settings lets acknowledged transactions get lost. */
export function durabilityFaults(row: SqlRow | undefined): string[] {
  const faults: string[] = [];
  if (row?.flush !== 1) faults.push(`innodb_flush_log_at_trx_commit is ${row?.flush}, and should be 1`);
  if (/nosync/i.test(String(row?.method)))
    faults.push(`innodb_flush_method is ${row?.method}, and should be fsync or O_DIRECT`);
  // What the binary log has lost is rolled back when the database starts again.
  if (row?.binlog === 1 && row.sync !== 1) faults.push(`log_bin is on and sync_binlog is ${row.sync}, and should be 1`);
  return faults;
}

/** Bytes of values for one statement: each is two digits in it. @throws Error where not even one part fits */
export function statementBytesOf(row: SqlRow | undefined): number {
  const bytes = Math.min(MOST_BYTES, Math.floor((Number(row?.packet) - AROUND) / 2));
  if (bytes > PART_BYTES + 1024) return bytes;
  throw new Error(`The database has max_allowed_packet=${row?.packet}. It must be 4194304 (4M) or more.`);
}

import { HEAD_COLUMNS } from './document-head.ts';
import type { SqlDialect } from './sql-database.ts';
import { tablesOf } from './tables.ts';
import { UPDATE_COLUMNS } from './update-rows.ts';

export type Statements = ReturnType<typeof statementsFor>;

/** Every statement about documents, in one place. Each finds its rows by the primary key of its table. */
export function statementsFor({ replacing }: SqlDialect, prefix: string) {
  const { documents, updates, snapshots } = tablesOf(prefix);
  const heads = HEAD_COLUMNS.join(', ');
  const insertHeads = (rows: number) =>
    `INSERT INTO ${documents} (${heads}) VALUES ${tuples(rows, HEAD_COLUMNS.length)}`;
  const replaceHeads = replacing('id', HEAD_COLUMNS.slice(1));
  return {
    head: `SELECT ${heads} FROM ${documents} WHERE id = ?`,
    lockHead: `SELECT ${heads} FROM ${documents} WHERE id = ? FOR UPDATE`,
    /** In one order for everyone, so that two who want the same documents do not wait for each other. */
    lockHeads: (ids: number) => `SELECT ${heads} FROM ${documents} WHERE id IN (${marks(ids)}) ORDER BY id FOR UPDATE`,
    insertHeads,
    replaceHeads: (rows: number) => `${insertHeads(rows)} ${replaceHeads}`,
    deleteHead: `DELETE FROM ${documents} WHERE id = ?`,
    version: `SELECT incarnation, sequence, last_modified FROM ${documents} WHERE id = ?`,
    firstPage: `SELECT id FROM ${documents} ORDER BY id LIMIT ?`,
    page: `SELECT id FROM ${documents} WHERE id > ? ORDER BY id LIMIT ?`,

    insertUpdates: (rows: number) =>
      `INSERT INTO ${updates} (${UPDATE_COLUMNS.join(', ')}) VALUES ${tuples(rows, UPDATE_COLUMNS.length)}`,
    updatesBehind: `SELECT first_sequence, parts, last_sequence, value FROM ${updates} WHERE document = ? AND first_sequence > ? ORDER BY first_sequence, part`,
    update: `SELECT first_sequence, parts, last_sequence, value FROM ${updates} WHERE document = ? AND first_sequence = ? ORDER BY part`,
    newestUpTo: `SELECT first_sequence FROM ${updates} WHERE document = ? AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1`,
    deleteUpdate: `DELETE FROM ${updates} WHERE document = ? AND first_sequence = ?`,
    deleteUpdatesUpTo: `DELETE FROM ${updates} WHERE document = ? AND first_sequence <= ?`,
    deleteUpdates: `DELETE FROM ${updates} WHERE document = ?`,

    insertParts: (rows: number) =>
      `INSERT INTO ${snapshots} (document, snapshot, part, value) VALUES ${tuples(rows, 4)}`,
    parts: `SELECT value FROM ${snapshots} WHERE document = ? AND snapshot = ? ORDER BY part`,
    countParts: `SELECT COUNT(*) AS parts FROM ${snapshots} WHERE document = ? AND snapshot = ?`,
    deleteSnapshot: `DELETE FROM ${snapshots} WHERE document = ? AND snapshot = ?`,
    deleteOtherSnapshots: `DELETE FROM ${snapshots} WHERE document = ? AND snapshot <> ?`,
    deleteSnapshots: `DELETE FROM ${snapshots} WHERE document = ?`,
  };
}

function tuples(rows: number, columns: number): string {
  return Array(rows)
    .fill(`(${marks(columns)})`)
    .join(', ');
}

function marks(count: number): string {
  return Array(count).fill('?').join(', ');
}

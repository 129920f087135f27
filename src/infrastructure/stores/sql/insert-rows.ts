import type { SqlSession, SqlValue } from './sql-database.ts';

/** PostgreSQL takes 65,535 values in a statement; a row has up to ten. */
const ROWS_A_STATEMENT = 2_000;

/** Inserts rows in as few statements as their bytes allow. */
export async function insertRows(
  session: SqlSession,
  statement: (rows: number) => string,
  rows: readonly (readonly SqlValue[])[],
  statementBytes: number,
): Promise<void> {
  for (const some of inGroups(rows, statementBytes)) await session.query(statement(some.length), some.flat());
}

function* inGroups(rows: readonly (readonly SqlValue[])[], bound: number): Generator<(readonly SqlValue[])[]> {
  let group: (readonly SqlValue[])[] = [];
  let bytes = 0;
  for (const row of rows) {
    const length = row.reduce<number>((sum, value) => sum + (typeof value === 'number' ? 8 : value.length), 0);
    if (group.length > 0 && (bytes + length > bound || group.length === ROWS_A_STATEMENT)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(row);
    bytes += length;
  }
  if (group.length > 0) yield group;
}

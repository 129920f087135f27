import type { SqlDialect } from '../sql/sql-database.ts';
import { tablesVersion1 } from '../sql/tables.ts';

const TYPES = { id: 'BYTEA', token: 'BYTEA', part: 'BYTEA', options: '' };

export const POSTGRES: SqlDialect = {
  replacing: (key, columns) =>
    `ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
  migrations: (prefix) => [tablesVersion1(prefix, TYPES)],
};

/** `?` as PostgreSQL numbers them. No statement has one in a text. */
export function numbered(statement: string): string {
  let number = 0;
  return statement.replaceAll('?', () => `$${++number}`);
}

import type { SqlDialect } from '../sql/sql-database.ts';
import { tablesVersion1 } from '../sql/tables.ts';

const TYPES = {
  id: 'VARBINARY(768)',
  token: 'VARBINARY(16)',
  part: 'MEDIUMBLOB',
  options: ' ENGINE=InnoDB ROW_FORMAT=DYNAMIC',
};

/** MySQL and MariaDB. */
export const MYSQL: SqlDialect = {
  replacing: (_key, columns) =>
    `ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
  migrations: (prefix) => [tablesVersion1(prefix, TYPES)],
};

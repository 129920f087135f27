/** Names of the tables, which start with the configured prefix. */
export interface Tables {
  readonly schema: string;
  readonly documents: string;
  readonly updates: string;
  readonly snapshots: string;
}

export function tablesOf(prefix: string): Tables {
  return {
    schema: `${prefix}schema`,
    documents: `${prefix}documents`,
    updates: `${prefix}updates`,
    snapshots: `${prefix}snapshots`,
  };
}

/** Types of columns. */
interface Types {
  /** Up to 768 bytes. */
  readonly id: string;
  /** Up to 16 bytes. */
  readonly token: string;
  /** Up to a little more than a mebibyte. */
  readonly part: string;
  /** What stands behind each table. */
  readonly options: string;
}

/** The tables of version 1. */
export function tablesVersion1(prefix: string, { id, token, part, options }: Types): readonly string[] {
  const tables = tablesOf(prefix);
  return [
    `CREATE TABLE IF NOT EXISTS ${tables.documents} (
      id ${id} NOT NULL,
      sequence BIGINT NOT NULL,
      incarnation ${token} NOT NULL,
      writer ${token} NOT NULL,
      last_modified BIGINT NOT NULL,
      snapshot ${token} NOT NULL,
      snapshot_sequence BIGINT NOT NULL,
      snapshot_modified BIGINT NOT NULL,
      snapshot_bytes BIGINT NOT NULL,
      checksum BIGINT NOT NULL,
      PRIMARY KEY (id)
    )${options}`,
    `CREATE TABLE IF NOT EXISTS ${tables.updates} (
      document ${id} NOT NULL,
      first_sequence BIGINT NOT NULL,
      part INTEGER NOT NULL,
      parts INTEGER NOT NULL,
      last_sequence BIGINT NOT NULL,
      value ${part} NOT NULL,
      PRIMARY KEY (document, first_sequence, part)
    )${options}`,
    `CREATE TABLE IF NOT EXISTS ${tables.snapshots} (
      document ${id} NOT NULL,
      snapshot ${token} NOT NULL,
      part INTEGER NOT NULL,
      value ${part} NOT NULL,
      PRIMARY KEY (document, snapshot, part)
    )${options}`,
  ];
}

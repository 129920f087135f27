import type { SqlDatabase, SqlSession } from './sql-database.ts';
import { tablesOf } from './tables.ts';

/**
 * Makes the tables, or brings those of an earlier version up to date. Servers that start at the same time wait for one
 * another.
 * @throws Error when a newer server made them
 */
export async function migrate(database: SqlDatabase, prefix: string): Promise<void> {
  const versions = database.dialect.migrations(prefix);
  const { schema } = tablesOf(prefix);
  await database.exclusively(schema, async (session) => {
    await session.query(`CREATE TABLE IF NOT EXISTS ${schema} (version INTEGER NOT NULL, PRIMARY KEY (version))`);
    const current = await versionIn(session, schema);
    if (current > versions.length) throw new Error(newer(schema, current, versions.length));
    for (const [at, statements] of versions.entries()) {
      if (at < current) continue;
      for (const statement of statements) await session.query(statement);
      await session.query(`INSERT INTO ${schema} (version) VALUES (?)`, [at + 1]);
    }
  });
}

async function versionIn(session: SqlSession, schema: string): Promise<number> {
  const [row] = await session.query(`SELECT COALESCE(MAX(version), 0) AS version FROM ${schema}`);
  return Number(row?.version);
}

function newer(schema: string, found: number, known: number): string {
  return (
    `The table ${schema} says that a newer server made version ${found} of the tables, and this one knows version ${known}. ` +
    'Start the newer server, or set STORE_TABLE_PREFIX or STORE_URL to a place of its own for this one.'
  );
}

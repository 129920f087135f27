import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { headValues } from '../../src/infrastructure/stores/sql/document-head.ts';
import { insertRows } from '../../src/infrastructure/stores/sql/insert-rows.ts';
import type { SqlDatabase, SqlValue } from '../../src/infrastructure/stores/sql/sql-database.ts';
import { SqlUpdateLog } from '../../src/infrastructure/stores/sql/sql-update-log.ts';
import { type Statements, statementsFor } from '../../src/infrastructure/stores/sql/statements.ts';
import { record } from '../contracts/log-records.ts';
import { DATABASES, describeEach, runningDatabase } from './support/databases.ts';
import { openDatabase } from './support/open-in-database.ts';

const DOCUMENTS = Array.from({ length: 3_000 }, (_, at) => `document ${at}`);
const KEYS = DOCUMENTS.map((name) => Buffer.from(name));
const KEY = KEYS[1_500]!;
const TOKENS = DOCUMENTS.map(() => randomBytes(16));
const TOKEN = TOKENS[1_500]!;
const HEAD = { key: KEY, sequence: 3, incarnation: TOKEN, writer: TOKEN, lastModified: 1, snapshot: undefined };

/** Every statement that reads or removes rows, with values. */
function finding(statements: Statements): Record<string, readonly [string, readonly SqlValue[]]> {
  const some = KEYS.filter((_, at) => at % 500 === 0);
  return {
    head: [statements.head, [KEY]],
    lockHead: [statements.lockHead, [KEY]],
    lockHeads: [statements.lockHeads(some.length), some],
    deleteHead: [statements.deleteHead, [KEY]],
    version: [statements.version, [KEY]],
    firstPage: [statements.firstPage, [100]],
    page: [statements.page, [KEY, 100]],
    updatesBehind: [statements.updatesBehind, [KEY, 1]],
    update: [statements.update, [KEY, 2]],
    newestUpTo: [statements.newestUpTo, [KEY, 2]],
    deleteUpdate: [statements.deleteUpdate, [KEY, 2]],
    deleteUpdatesUpTo: [statements.deleteUpdatesUpTo, [KEY, 2]],
    deleteUpdates: [statements.deleteUpdates, [KEY]],
    parts: [statements.parts, [KEY, TOKEN]],
    countParts: [statements.countParts, [KEY, TOKEN]],
    deleteSnapshot: [statements.deleteSnapshot, [KEY, TOKEN]],
    deleteOtherSnapshots: [statements.deleteOtherSnapshots, [KEY, TOKEN]],
    deleteSnapshots: [statements.deleteSnapshots, [KEY]],
  };
}

const INSERTING = ['insertHeads', 'replaceHeads', 'insertUpdates', 'insertParts'];

describeEach(DATABASES, 'statements on filled tables', (name) => {
  const service = runningDatabase(name);
  let database: SqlDatabase;
  let statements: Statements;

  beforeAll(async () => {
    database = await openDatabase(service().url);
    const log = await SqlUpdateLog.open(database, 'filled_');
    statements = statementsFor(database.dialect, 'filled_');
    for (const sequence of [1, 2, 3])
      await log.append(DOCUMENTS.map((each) => record(each, sequence, ['x'.repeat(50)])));
    const parts = KEYS.map((key, at) => [key, TOKENS[at]!, 0, randomBytes(50)]);
    await database.write(async (session) => {
      await insertRows(session, statements.insertParts, parts, database.statementBytes);
    });
    const tables = ['documents', 'updates', 'snapshots'].map((table) => `filled_${table}`).join(', ');
    await database.exclusively('analyze', (session) =>
      session.query(name === 'postgres' ? `ANALYZE ${tables}` : `ANALYZE TABLE ${tables}`),
    );
  });
  afterAll(() => database.close());

  it('[SQL8] each finds its rows by a primary key, and the pages of a listing are not sorted', async () => {
    const all = finding(statements);
    expect([...Object.keys(all), ...INSERTING].sort()).toEqual(Object.keys(statements).sort());
    for (const [which, [statement, values]] of Object.entries(all)) {
      const rows = await database.write((session) => session.query(`EXPLAIN ${statement}`, values));
      const plan = rows.map((row) => Object.values(row).join(' ')).join('\n');
      expect(plan, which).toMatch(name === 'postgres' ? /Index (Only )?Scan|Index Cond/ : /PRIMARY/);
      expect(plan, which).not.toMatch(/Seq Scan| ALL /);
      if (/page$/i.test(which)) expect(plan, which).not.toMatch(/Sort|filesort/);
    }
  });

  it('[SQL8] a row that is replaced is found by its key, and stays one', async () => {
    await database.write((session) => session.query(statements.replaceHeads(1), headValues(HEAD)));
    const rows = await database.read((session) => session.query(statements.head, [KEY]));
    expect(rows).toHaveLength(1);
  });
});

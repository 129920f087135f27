import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sqlite from 'node-sqlite3-wasm';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { LeveldbPersistence } from 'y-leveldb';
import * as Y from 'yjs';
import { logArchive } from '../../src/application/moving/log-archive.ts';
import { move } from '../../src/application/moving/move.ts';
import type { DocumentSource } from '../../src/application/ports/document-source.ts';
import { HocuspocusSqliteSource } from '../../src/infrastructure/moving/hocuspocus-sqlite/hocuspocus-sqlite-source.ts';
import { YLevelDbSource } from '../../src/infrastructure/moving/y-leveldb/y-leveldb-source.ts';
import { YRedisPostgresSource } from '../../src/infrastructure/moving/y-redis-postgres/y-redis-postgres-source.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { startPostgres } from '../kit/postgres.ts';
import { isMissing } from '../kit/programs.ts';
import { atEnd } from '../support/clean-up.ts';
import { textOf } from '../support/updates.ts';
import { freshPath, history, NAMES, RecordedProgress, stored } from './support/moving-scene.ts';
import { program } from './support/program.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

async function imported(source: DocumentSource) {
  const log = new MemoryUpdateLog();
  const progress = new RecordedProgress();
  try {
    return { log, progress, tally: await move(source, logArchive(log), progress, () => 1_000) };
  } finally {
    await source.close();
  }
}

async function expectTexts(log: MemoryUpdateLog, names: readonly string[]): Promise<void> {
  expect((await log.list(undefined, 2_000)).map(({ value }) => value).sort()).toEqual([...names].sort());
  for (const name of names) expect(textOf(...(await stored(log, name)))).toBe(name);
}

describe('documents of y-leveldb', () => {
  it('[MOVE10] all that it stored, merged or not, with names of all lengths', async () => {
    const folder = freshPath('leveldb');
    const persistence = new LeveldbPersistence(folder);
    const names = [...NAMES, ...Array.from({ length: 200 }, (_, at) => `d${at}`)];
    for (const name of names) for (const update of history(name)) await persistence.storeUpdate(name, update);
    for (const name of names.slice(0, 5)) await persistence.flushDocument(name);
    await persistence.setMeta('a', 'key', 'value');
    const tooEarly = await program(['import', '--from', 'y-leveldb', folder, '--to', freshPath('data')]);
    expect([tooEarly.code, tooEarly.stderr]).toEqual([1, expect.stringMatching(/another process .*Stop the server/)]);
    await persistence.destroy();
    const { log, tally } = await imported(await YLevelDbSource.open(folder));
    expect([tally.count('written'), tally.faultCount]).toEqual([names.length, 0]);
    await expectTexts(log, names);
  });

  it('[MOVE6] a folder without one is refused and left as it is', async () => {
    const folder = freshPath('nowhere');
    await expect(YLevelDbSource.open(folder)).rejects.toThrow(/is no LevelDB/);
    expect(existsSync(folder)).toBe(false);
  });
});

/** As extension-sqlite 4.7 makes it. */
const HOCUSPOCUS = 'CREATE TABLE "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))';

function hocuspocusFile(rows: readonly (readonly [string, Uint8Array | string])[]): string {
  const file = freshPath('hocuspocus.sqlite');
  const database = new sqlite.Database(file);
  database.exec(HOCUSPOCUS);
  database.exec('BEGIN');
  for (const row of rows) database.run('INSERT INTO documents (name, data) VALUES (?, ?)', [...row]);
  database.exec('COMMIT');
  database.close();
  return file;
}

describe('documents of extension-sqlite', () => {
  it('[MOVE11] in a file that it wrote itself', async () => {
    const { log, tally } = await imported(await HocuspocusSqliteSource.open(fixture('hocuspocus-4.7.sqlite')));
    expect([tally.count('written'), tally.faultCount]).toEqual([4, 0]);
    await expectTexts(log, ['notes', 'team/notes ü', '文', '😀 y']);
  });

  it('[MOVE11] all that it stored, from a file that is not changed', async () => {
    const names = [...NAMES, ...Array.from({ length: 1_100 }, (_, at) => `d${at}`)];
    const file = hocuspocusFile(names.map((name) => [name, Y.mergeUpdates(history(name))] as const));
    const before = readFileSync(file);
    const { log, tally, progress } = await imported(await HocuspocusSqliteSource.open(file));
    expect([tally.count('written'), progress.total]).toEqual([names.length, names.length]);
    await expectTexts(log, names);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('[MOVE4] [MOVE6] rows and files that are no documents are told', async () => {
    const file = hocuspocusFile([
      ['good', Y.mergeUpdates(history('good'))],
      ['text', 'no blob'],
      ['garbage', new Uint8Array([9, 9, 9])],
      ['', Y.mergeUpdates(history('x'))],
    ]);
    const { log, tally } = await imported(await HocuspocusSqliteSource.open(file));
    expect(tally.faults.map(({ name }) => name).sort()).toEqual(['', 'garbage', 'text']);
    await expectTexts(log, ['good']);
    await expect(HocuspocusSqliteSource.open(freshPath('nowhere'))).rejects.toThrow(/There is no file/);
    const other = freshPath('other');
    writeFileSync(other, 'no database at all, but long enough to be taken for one by somebody'.repeat(20));
    await expect(HocuspocusSqliteSource.open(other)).rejects.toThrow(/is no database of extension-sqlite/);
  });
});

/** What its worker wrote: see fixtures/README.md. */
const Y_REDIS_NAMES = ['notes', 'team/notes ü', 'team/page', '文'];

/** As y-redis 0.1 makes it. */
const Y_REDIS = `CREATE TABLE yredis_docs_v1 (
  room text, doc text, r SERIAL, update bytea, sv bytea, PRIMARY KEY (room, doc, r))`;

describe.skipIf(isMissing('postgres'))('documents of y-redis', () => {
  it.each([
    [['v1'], Y_REDIS_NAMES],
    [['v2'], [...Y_REDIS_NAMES, 'notes@draft']],
    [
      ['v1', 'v2'],
      [...Y_REDIS_NAMES, 'notes@draft'],
    ],
  ])('[MOVE12] in tables that its worker wrote itself: %j', async (versions, names) => {
    const service = await startPostgres();
    atEnd(() => service.stop());
    const client = new pg.Client({ connectionString: service.url });
    await client.connect();
    for (const version of versions) await client.query(readFileSync(fixture(`y-redis-${version}.sql`), 'utf8'));
    await client.end();
    const { log, tally, progress } = await imported(await YRedisPostgresSource.open(service.url));
    expect([tally.count('written'), tally.faultCount, progress.total]).toEqual([names.length, 0, names.length]);
    await expectTexts(log, names);
  });

  it('[MOVE12] all that it stored, in the second encoding and in several rows', async () => {
    const service = await startPostgres();
    atEnd(() => service.stop());
    await expect(YRedisPostgresSource.open(service.url)).rejects.toThrow(/yredis_docs_v1/);
    const client = new pg.Client({ connectionString: service.url });
    await client.connect();
    await client.query(Y_REDIS);
    const names = [...NAMES, ...Array.from({ length: 1_100 }, (_, at) => `d${at}`)];
    const insert = (room: string, doc: string, update: Uint8Array) => {
      const values = [room, doc, Buffer.from(update), randomBytes(4)];
      return client.query('INSERT INTO yredis_docs_v1 (room, doc, update, sv) VALUES ($1, $2, $3, $4)', values);
    };
    for (const name of names) {
      for (const update of history(name)) await insert(name, 'index', Y.convertUpdateFormatV1ToV2(update));
    }
    await insert('room', 'page', Y.convertUpdateFormatV1ToV2(Y.mergeUpdates(history('room/page'))));
    await insert('broken', 'index', new Uint8Array([1, 2, 3]));
    await client.end();
    const { log, tally, progress } = await imported(await YRedisPostgresSource.open(service.url));
    expect(progress.total).toBe(names.length + 2);
    expect(tally.faults.map(({ name }) => name)).toEqual(['broken']);
    await expectTexts(log, [...names, 'room/page']);
  });

  it('[MOVE6] a database that is away is told', async () => {
    await expect(YRedisPostgresSource.open('postgres://nobody@127.0.0.1:1/none')).rejects.toThrow(/ECONNREFUSED/);
  });
});

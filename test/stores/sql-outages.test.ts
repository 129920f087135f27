import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SqlDatabase, SqlSession } from '../../src/infrastructure/stores/sql/sql-database.ts';
import { SqlUpdateLog } from '../../src/infrastructure/stores/sql/sql-update-log.ts';
import { tablesOf } from '../../src/infrastructure/stores/sql/tables.ts';
import { id, pattern, record, texts, utf8 } from '../contracts/log-records.ts';
import { DATABASES, describeEach, runningDatabase } from './support/databases.ts';
import { openDatabase, openInDatabase } from './support/open-in-database.ts';

/** Cuts the connections of a database right before, or right after, the nth statement from when it was set. */
interface Cut {
  readonly nth: number;
  readonly moment: 'before' | 'after';
}

class CutDatabase implements SqlDatabase {
  readonly #database: SqlDatabase;
  readonly #cutOff: () => Promise<void>;
  #cut: Cut | undefined;
  #seen = 0;

  constructor(database: SqlDatabase, cutOff: () => Promise<void>) {
    this.#database = database;
    this.#cutOff = cutOff;
  }

  get dialect() {
    return this.#database.dialect;
  }

  get statementBytes() {
    return this.#database.statementBytes;
  }

  /** Whether the last cut has happened. */
  get hasCut(): boolean {
    return this.#cut === undefined;
  }

  cutAt(cut: Cut): void {
    this.#cut = cut;
    this.#seen = 0;
  }

  heal(): void {
    this.#cut = undefined;
  }

  read<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#database.read((session) => work(this.#watched(session)));
  }

  write<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#database.write(async (session) => {
      const result = await work(this.#watched(session));
      // The commit that follows.
      await this.#maybeCut('before');
      return result;
    });
  }

  exclusively<Result>(name: string, work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#database.exclusively(name, (session) => work(this.#watched(session)));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #watched(session: SqlSession): SqlSession {
    return {
      query: async (statement, values) => {
        await this.#maybeCut('before');
        const rows = await session.query(statement, values);
        await this.#maybeCut('after');
        return rows;
      },
    };
  }

  async #maybeCut(moment: Cut['moment']): Promise<void> {
    if (moment === 'before') this.#seen++;
    if (this.#cut === undefined || this.#cut.moment !== moment || this.#cut.nth !== this.#seen) return;
    this.#cut = undefined;
    await this.#cutOff();
  }
}

const MOMENTS = ['before', 'after'] as const;
/** More than any call has statements. */
const MOST_STATEMENTS = 20;

describeEach(DATABASES, 'a connection that is cut', (name) => {
  const service = runningDatabase(name);
  let database: CutDatabase;
  let log: SqlUpdateLog;
  let opened: Awaited<ReturnType<typeof openInDatabase>>;

  beforeEach(async () => {
    opened = await openInDatabase(service().url);
    database = new CutDatabase(await openDatabase(service().url), () => service().cutOff('refused'));
    log = await SqlUpdateLog.open(database, opened.prefix);
  });
  afterEach(async () => {
    await log.close();
    await opened.cleanup();
  });

  /** The call with a cut at each of its statements, each time on a document of its own. */
  const everywhere = async (call: (document: string) => Promise<void>, check: (document: string) => Promise<void>) => {
    let cuts = 0;
    for (const moment of MOMENTS) {
      for (let nth = 1; nth < MOST_STATEMENTS; nth++) {
        const document = `${moment} ${nth}`;
        await log.append([record(document, 1, ['one'], 1), record(document, 2, ['two'], 2)]);
        database.cutAt({ nth, moment });
        const outcome = await call(document).then(
          () => 'done',
          () => 'failed',
        );
        const hasCut = database.hasCut;
        database.heal();
        if (!hasCut) break;
        await service().reconnect();
        cuts++;
        if (outcome === 'failed') await call(document);
        await check(document);
      }
    }
    expect(cuts).toBeGreaterThan(5);
  };

  it('[LOG9] [SQL5] an append is stored whole or not at all, and repeating it stores it once', async () => {
    await everywhere(
      (document) => log.append([record(document, 3, ['three', 'four'], 3), record(`${document} too`, 1, ['x'], 3)]),
      async (document) => {
        const stored = await log.load(id(document));
        expect(texts(stored?.tail)).toEqual(['one', 'two', 'three', 'four']);
        expect(texts((await log.load(id(`${document} too`)))?.tail)).toEqual(['x']);
      },
    );
  });

  it('[LOG9] [SQL5] a compaction is done whole or not at all, and may be repeated', async () => {
    const update = pattern(2_500_000);
    await everywhere(
      (document) => log.compact(id(document), { update, sequence: 2 }),
      async (document) => {
        const stored = await log.load(id(document));
        expect(stored).toMatchObject({ tail: [], sequence: 2, lastModified: 2 });
        expect(Buffer.compare(stored?.snapshot?.update ?? utf8(''), update)).toBe(0);
        const { snapshots } = tablesOf(opened.prefix);
        const rows = await database.read((session) =>
          session.query(`SELECT part FROM ${snapshots} WHERE document = ?`, [utf8(document)]),
        );
        expect(rows).toHaveLength(3);
      },
    );
  });

  it('[LOG9] [SQL5] a deletion is done whole or not at all, and may be repeated', async () => {
    await everywhere(
      (document) => log.delete(id(document)),
      async (document) => expect(await log.load(id(document))).toBeUndefined(),
    );
  });

  it('[SQL5] a database that hears nothing fails a call in time, and works again when it does', async () => {
    const impatient = await openDatabase(service().url, { timeout: 300 });
    const other = await SqlUpdateLog.open(impatient, opened.prefix);
    try {
      await other.append([record('a', 1, ['one'])]);
      await service().cutOff('silent');
      await expect(other.append([record('a', 2, ['two'])])).rejects.toThrow();
      await expect(other.load(id('a'))).rejects.toThrow();
      await service().reconnect();
      await expect.poll(() => other.append([record('a', 2, ['two'])]).then(() => 'stored', String)).toBe('stored');
      expect(texts((await other.load(id('a')))?.tail)).toEqual(['one', 'two']);
    } finally {
      await other.close();
    }
  });

  it('[SQL5] a database that was killed is used again when it runs again', async () => {
    await log.append([record('a', 1, ['one'])]);
    await service().kill();
    await expect(log.append([record('a', 2, ['two'])])).rejects.toThrow();
    await expect(log.load(id('a'))).rejects.toThrow();
    await service().restart();
    await expect.poll(() => log.append([record('a', 2, ['two'])]).then(() => 'stored', String)).toBe('stored');
    expect(texts((await log.load(id('a')))?.tail)).toEqual(['one', 'two']);
  });
});

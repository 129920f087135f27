import type { Pool } from 'pg';
import * as Y from 'yjs';
import type { DocumentSource, SourceContent, SourceDocument } from '../../../application/ports/document-source.ts';

const PAGE = 500;

/** What y-redis calls the one document that a y-websocket client edits in a room. */
const ROOMS_OWN = 'index';

interface Place {
  readonly room: string;
  readonly doc: string;
  readonly branch: string;
}

/** The branch that clients edit unless they ask for another. */
const MAIN = 'main';

/**
 * The tables of y-redis, and how they are read alike. The second one is of its later versions; it has each document twice, and
 * the copy without deleted content (`gc`) is the one that clients get.
 */
const TABLES = {
  yredis_docs_v1: `SELECT room, doc, '${MAIN}' AS branch, r, update FROM yredis_docs_v1`,
  yredis_docs_v2: 'SELECT room, doc, branch, r, update FROM yredis_docs_v2 WHERE gc',
};

function statementsFor(rows: string) {
  const places = `SELECT DISTINCT room, doc, branch FROM (${rows}) AS stored`;
  const order = 'ORDER BY room, doc, branch LIMIT $1';
  return {
    count: `SELECT count(*) AS documents FROM (${places}) AS each`,
    first: `${places} ${order}`,
    next: `${places} WHERE (room, doc, branch) > ($2, $3, $4) ${order}`,
    updates: `SELECT update FROM (${rows}) AS stored WHERE room = $1 AND doc = $2 AND branch = $3 ORDER BY r`,
  };
}

/** The documents in the PostgreSQL of y-redis: of a document that is in both tables, what the two have together. */
export class YRedisPostgresSource implements DocumentSource {
  readonly #pool: Pool;
  readonly #statements: ReturnType<typeof statementsFor>;

  private constructor(pool: Pool, rows: string) {
    this.#pool = pool;
    this.#statements = statementsFor(rows);
  }

  /** @throws Error that says what is in the way */
  static async open(url: string): Promise<YRedisPostgresSource> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    // The call that is under way rejects too.
    pool.on('error', () => undefined);
    try {
      return new YRedisPostgresSource(pool, await rowsIn(pool));
    } catch (cause) {
      await pool.end();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The PostgreSQL of y-redis cannot be read: ${why}`, { cause });
    }
  }

  async count(): Promise<number> {
    const { rows } = await this.#pool.query<{ documents: string }>(this.#statements.count);
    return Number(rows[0]?.documents);
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    const { first, next } = this.#statements;
    let { rows } = await this.#pool.query<Place>(first, [PAGE]);
    for (;;) {
      for (const place of rows) yield { name: nameOf(place), read: () => this.#read(place) };
      const last = rows.at(-1);
      if (last === undefined) return;
      ({ rows } = await this.#pool.query<Place>(next, [PAGE, last.room, last.doc, last.branch]));
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #read({ room, doc, branch }: Place): Promise<SourceContent> {
    const { updates } = this.#statements;
    const { rows } = await this.#pool.query<{ update: Uint8Array }>(updates, [room, doc, branch]);
    // It stores the second encoding.
    return { updates: rows.map(({ update }) => Y.convertUpdateFormatV2ToV1(update)), lastModified: undefined };
  }
}

/** All rows of the tables that are there. @throws Error where none is */
async function rowsIn(pool: Pool): Promise<string> {
  const found: string[] = [];
  for (const [table, select] of Object.entries(TABLES)) {
    const { rows } = await pool.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
    if (rows[0]?.there === true) found.push(select);
  }
  if (found.length === 0) throw new Error(`none of its tables is there: ${Object.keys(TABLES).join(', ')}`);
  return found.join(' UNION ALL ');
}

function nameOf({ room, doc, branch }: Place): string {
  const name = doc === ROOMS_OWN ? room : `${room}/${doc}`;
  return branch === MAIN ? name : `${name}@${branch}`;
}

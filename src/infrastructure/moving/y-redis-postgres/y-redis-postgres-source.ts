import type { Pool } from 'pg';
import * as Y from 'yjs';
import type { DocumentSource, SourceContent, SourceDocument } from '../../../application/ports/document-source.ts';

const PAGE = 500;

/** What y-redis calls the one document that a y-websocket client edits in a room. */
const ROOMS_OWN = 'index';

interface Place {
  readonly room: string;
  readonly doc: string;
}

const COUNT = 'SELECT count(*) AS documents FROM (SELECT DISTINCT room, doc FROM yredis_docs_v1) AS each';
const FIRST = 'SELECT DISTINCT room, doc FROM yredis_docs_v1 ORDER BY room, doc LIMIT $1';
const NEXT = 'SELECT DISTINCT room, doc FROM yredis_docs_v1 WHERE (room, doc) > ($2, $3) ORDER BY room, doc LIMIT $1';
const UPDATES = 'SELECT update FROM yredis_docs_v1 WHERE room = $1 AND doc = $2 ORDER BY r';

/** The documents in the PostgreSQL of y-redis: the table `yredis_docs_v1`. */
export class YRedisPostgresSource implements DocumentSource {
  readonly #pool: Pool;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @throws Error that says what is in the way */
  static async open(url: string): Promise<YRedisPostgresSource> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    // The call that is under way rejects too.
    pool.on('error', () => undefined);
    try {
      await pool.query(FIRST, [1]);
      return new YRedisPostgresSource(pool);
    } catch (cause) {
      await pool.end();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The PostgreSQL of y-redis cannot be read: ${why}`, { cause });
    }
  }

  async count(): Promise<number> {
    const { rows } = await this.#pool.query<{ documents: string }>(COUNT);
    return Number(rows[0]?.documents);
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    let { rows } = await this.#pool.query<Place>(FIRST, [PAGE]);
    for (;;) {
      for (const place of rows) yield { name: nameOf(place), read: () => this.#read(place) };
      const last = rows.at(-1);
      if (last === undefined) return;
      ({ rows } = await this.#pool.query<Place>(NEXT, [PAGE, last.room, last.doc]));
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #read({ room, doc }: Place): Promise<SourceContent> {
    const { rows } = await this.#pool.query<{ update: Uint8Array }>(UPDATES, [room, doc]);
    // It stores the second encoding.
    return { updates: rows.map(({ update }) => Y.convertUpdateFormatV2ToV1(update)), lastModified: undefined };
  }
}

function nameOf({ room, doc }: Place): string {
  return doc === ROOMS_OWN ? room : `${room}/${doc}`;
}

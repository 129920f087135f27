import { afterAll, beforeAll } from 'vitest';
import { startFerretDb } from '../../kit/ferretdb.ts';
import { startMariaDb } from '../../kit/mariadb.ts';
import { startPostgres } from '../../kit/postgres.ts';

const STARTERS = { postgres: startPostgres, mysql: startMariaDb, mongodb: startFerretDb };

export type DatabaseName = keyof typeof STARTERS;
export type DatabaseService = Awaited<ReturnType<(typeof STARTERS)[DatabaseName]>>;

/** Those with SQL. */
export const DATABASES = ['postgres', 'mysql'] as const satisfies readonly DatabaseName[];

export const ALL_DATABASES = [...DATABASES, 'mongodb'] as const;

export function startDatabase(name: DatabaseName, settings: readonly string[] = []): Promise<DatabaseService> {
  return STARTERS[name](settings);
}

/** A database for the tests of a file or group. */
export function runningDatabase(name: DatabaseName): () => DatabaseService {
  let service: DatabaseService | undefined;
  beforeAll(async () => {
    service = await startDatabase(name);
  });
  afterAll(() => service?.stop());
  return () => {
    if (service === undefined) throw new Error('The database does not run yet.');
    return service;
  };
}

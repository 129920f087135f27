import { afterAll, beforeAll, describe } from 'vitest';
import { startFerretDb } from '../../kit/ferretdb.ts';
import { startMariaDb } from '../../kit/mariadb.ts';
import { startPostgres } from '../../kit/postgres.ts';
import { isMissing } from '../../kit/programs.ts';

const STARTERS = { postgres: startPostgres, mysql: startMariaDb, mongodb: startFerretDb };

export type DatabaseName = keyof typeof STARTERS;
export type DatabaseService = Awaited<ReturnType<(typeof STARTERS)[DatabaseName]>>;

/** Those with SQL. */
export const DATABASES = ['postgres', 'mysql'] as const satisfies readonly DatabaseName[];

export const ALL_DATABASES = [...DATABASES, 'mongodb'] as const;

const SERVICES = { postgres: 'postgres', mysql: 'mariadb', mongodb: 'ferretdb' } as const;

/** A suite for each; skipped, which is printed, where the programs are missing. */
export function describeEach<Name extends DatabaseName>(
  names: readonly Name[],
  title: string,
  suite: (name: Name) => void,
): void {
  for (const name of names) describe.skipIf(isMissing(SERVICES[name]))(`${title}: ${name}`, () => suite(name));
}

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

import { afterAll, beforeAll } from 'vitest';
import { updateLogContract } from '../contracts/update-log.ts';
import { type FerretDbService, startFerretDb } from '../kit/ferretdb.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

let database: FerretDbService;
beforeAll(async () => {
  database = await startFerretDb();
});
afterAll(() => database.stop());

updateLogContract('mongodb', {
  persistence: 'shared',
  rejected: 'may store the rest',
  open: () => openInMongoDb(database.url),
});

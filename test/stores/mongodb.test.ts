import { updateLogContract } from '../contracts/update-log.ts';
import { runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

const database = runningDatabase('mongodb');

updateLogContract('mongodb', {
  persistence: 'shared',
  rejected: 'may store the rest',
  open: () => openInMongoDb(database().url),
});

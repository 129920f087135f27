import { updateLogContract } from '../contracts/update-log.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

describeEach(['mongodb'], 'the store', (name) => {
  const database = runningDatabase(name);

  updateLogContract(name, {
    persistence: 'shared',
    rejected: 'may store the rest',
    open: () => openInMongoDb(database().url),
  });
});

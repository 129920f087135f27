import { updateLogContract } from '../contracts/update-log.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInDatabase } from './support/open-in-database.ts';

describeEach(['postgres'], 'the store', (name) => {
  const database = runningDatabase(name);

  updateLogContract(name, {
    persistence: 'shared',
    rejected: 'stores nothing',
    open: () => openInDatabase(database().url),
  });
});

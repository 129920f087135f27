import { updateLogContract } from '../contracts/update-log.ts';
import { runningDatabase } from './support/databases.ts';
import { openInDatabase } from './support/open-in-database.ts';

const database = runningDatabase('mysql');

updateLogContract('mysql', {
  persistence: 'shared',
  rejected: 'stores nothing',
  open: () => openInDatabase(database().url),
});

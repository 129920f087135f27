import { updateLogContract } from '../contracts/update-log.ts';
import { openInDatabase } from './support/open-in-database.ts';

const url = process.env.TEST_PG ?? '';
updateLogContract('postgres', { persistence: 'shared', open: () => openInDatabase(url) });

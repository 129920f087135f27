import { updateLogContract } from '../contracts/update-log.ts';
import { openInDirectory } from './support/open-in-directory.ts';

updateLogContract('embedded', { persistence: 'durable', open: () => openInDirectory({}) });

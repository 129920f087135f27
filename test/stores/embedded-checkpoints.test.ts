import { DEFAULT_LIMITS } from '../../src/infrastructure/stores/embedded/store-limits.ts';
import { updateLogContract } from '../contracts/update-log.ts';
import { openInDirectory } from './support/open-in-directory.ts';

/** A checkpoint after every append, with a transaction for each document, and a segment for each frame. */
const ALWAYS = { ...DEFAULT_LIMITS, segmentBytes: 100, checkpointAt: { bytes: 1, updates: 1 }, stepTime: 0 };

updateLogContract('embedded, checkpointing all the time', {
  persistence: 'durable',
  open: () => openInDirectory({ limits: ALWAYS }),
});

/** No append is taken before the one before it is in the database. */
const FULL = { ...ALWAYS, fullAt: { bytes: 1, updates: 1 } };

updateLogContract('embedded, with a log that is always full', {
  persistence: 'durable',
  open: () => openInDirectory({ limits: FULL }),
});

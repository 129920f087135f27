import { AppendQueue } from './append-queue.ts';
import { Checkpoint } from './checkpoint.ts';
import { type CheckpointWatch, UNWATCHED } from './checkpoint-watch.ts';
import { CommitQueue } from './commit-queue.ts';
import { Environment } from './environment.ts';
import { readLogStart } from './log-start.ts';
import { PendingRecords } from './pending-records.ts';
import { DEFAULT_LIMITS, type StoreLimits } from './store-limits.ts';
import { recoverLog } from './wal/recover-log.ts';
import { diskFiles, type SegmentFiles } from './wal/segment-files.ts';
import { WriteAheadLog } from './wal/write-ahead-log.ts';

/** Who is told of checkpoints, and what a test may put in the place of the real thing. */
export interface StoreOptions {
  readonly watch: CheckpointWatch;
  readonly limits: StoreLimits;
  readonly files: SegmentFiles;
  readonly commits: (environment: Environment) => CommitQueue;
}

/** The parts of an open data directory. */
export interface EmbeddedStore {
  readonly environment: Environment;
  readonly commits: CommitQueue;
  readonly pending: PendingRecords;
  readonly appends: AppendQueue;
  /** Checkpoints all that is pending and gives the files back. No call may be under way. */
  close(): Promise<void>;
}

/** @throws Error when a file cannot be opened, or something that was acknowledged is missing in the write-ahead log */
export async function openEmbeddedStore(directory: string, options: Partial<StoreOptions>): Promise<EmbeddedStore> {
  const { watch = UNWATCHED, limits = DEFAULT_LIMITS, files = diskFiles, commits: makeCommits = queueOf } = options;
  const environment = new Environment(directory);
  try {
    const start = readLogStart(await environment.handles());
    const { entries, end } = recoverLog(directory, start);
    const commits = makeCommits(environment);
    const pending = new PendingRecords();
    pending.add(entries);
    const log = new WriteAheadLog(files, directory, limits.segmentBytes, start, end);
    const checkpoint = new Checkpoint(pending, log, commits, limits, watch);
    const appends = new AppendQueue(log, pending, checkpoint);
    checkpoint.begin();
    const close = async () => {
      // What could not be moved stays in the log, and is there after the next start.
      await checkpoint.finish().catch(() => undefined);
      await Promise.all([commits.idle(), log.close()]);
      await environment.close();
    };
    return { environment, commits, pending, appends, close };
  } catch (error) {
    await environment.close();
    throw error;
  }
}

const queueOf = (environment: Environment) => new CommitQueue(environment);

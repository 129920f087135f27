import type { PendingSize } from './pending-records.ts';

/** Bounds of the embedded store. */
export interface StoreLimits {
  /** Bytes of a file of the write-ahead log, unless a single commit is larger. */
  readonly segmentBytes: number;
  /** So much in the log starts a checkpoint. */
  readonly checkpointAt: PendingSize;
  /** So much in the log makes appends wait for a checkpoint, and reject where it fails. Held in memory. */
  readonly fullAt: PendingSize;
  /** Milliseconds for which one step of a checkpoint keeps the event loop. */
  readonly stepTime: number;
  /** Milliseconds until a checkpoint that failed is tried again: at first, and at most after doubling. */
  readonly retryAfter: { readonly first: number; readonly longest: number };
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: StoreLimits = {
  segmentBytes: 8 * MEBIBYTE,
  checkpointAt: { bytes: 8 * MEBIBYTE, updates: 50_000 },
  fullAt: { bytes: 64 * MEBIBYTE, updates: 400_000 },
  stepTime: 5,
  retryAfter: { first: 100, longest: 10_000 },
};

/** Whether either bound is reached. */
export function reaches({ bytes, updates }: PendingSize, bound: PendingSize): boolean {
  return bytes >= bound.bytes || updates >= bound.updates;
}

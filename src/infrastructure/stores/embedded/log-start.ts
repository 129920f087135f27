import { Buffer } from 'node:buffer';
import * as decoding from 'lib0/decoding';
import { ByteWriter, varUintLength } from '../shared/byte-writer.ts';
import { HEADER_BYTES, seal, unseal } from '../shared/sealed-value.ts';
import type { Change } from './commit-queue.ts';
import type { Handles } from './environment.ts';

/** In LMDB's main database, beside the names of the others. */
const LOG_START_KEY = Buffer.from('write-ahead-log');
const FORMAT_VERSION = 1;
/** Of a directory without checkpoints. */
const FIRST_SEGMENT = 1;

/** The change that says: the database holds all that stands in segments below `segment`. */
export function logStartChange(segment: number): Change {
  const writer = new ByteWriter(HEADER_BYTES + varUintLength(segment));
  writer.raw(new Uint8Array(HEADER_BYTES));
  writer.varUint(segment);
  return { database: 'root', key: LOG_START_KEY, value: seal(LOG_START_KEY, writer.bytes, FORMAT_VERSION) };
}

/** The first segment that the database may not hold. @throws Error when that is damaged */
export function readLogStart({ root }: Handles): number {
  const value = root.get(LOG_START_KEY);
  if (value === undefined) return FIRST_SEGMENT;
  const unsealed = unseal(LOG_START_KEY, value, [FORMAT_VERSION]);
  if ('damage' in unsealed) {
    throw new Error(
      `The database does not say where its write-ahead log starts: ${unsealed.damage}. Restore the folder from a backup.`,
    );
  }
  return decoding.readVarUint(decoding.createDecoder(unsealed.body));
}

import { ByteReader } from '../../../../domain/codecs/byte-reader.ts';
import { lengthPrefixed } from '../length-prefixed.ts';
import { checkEnd } from '../y-websocket-codec.ts';

/** The message that y-sweet adds to the y-websocket protocol (`MESSAGE_SYNC_STATUS` in y-sweet/js-pkg/client). */
const SYNC_STATUS = 102;

/** A client's count of its own changes, as it came: that is what it is answered with. */
export interface LocalVersion {
  readonly bytes: Uint8Array;
  readonly value: number;
}

export function isSyncStatus(frame: Uint8Array): boolean {
  return frame[0] === SYNC_STATUS;
}

/** @throws CollaborationError `invalid` for a damaged frame */
export function decodeSyncStatus(frame: Uint8Array): LocalVersion {
  const reader = new ByteReader(frame);
  reader.varUint();
  // A copy: it may be kept for long, and a view would keep all that came with it.
  const bytes = reader.varBytes().slice();
  checkEnd(reader);
  const version = new ByteReader(bytes);
  const value = version.varUint();
  checkEnd(version);
  return { bytes, value };
}

export function encodeSyncStatus(version: Uint8Array): Uint8Array {
  return lengthPrefixed([SYNC_STATUS], version);
}

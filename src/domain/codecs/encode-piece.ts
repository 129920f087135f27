import * as encoding from 'lib0/encoding';
import { HAS_ORIGIN } from './scan-item.ts';
import type { StructCursor } from './struct-cursor.ts';

/** A part of a struct's content: bytes `[from, to)`, which a count of bytes or elements stands before. */
export interface Piece {
  /** The clock of its first element. */
  readonly clock: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Whether the struct begins with it. */
  readonly isFirst: boolean;
}

/**
 * An update with one struct: a part of the struct that the cursor is in, as Yjs makes it when it splits an item
 * (`splitItem` in yjs/src/structs/Item.js). Integrated one after the other, Yjs joins the parts again.
 */
export function encodePiece(update: Uint8Array, cursor: StructCursor, piece: Piece): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, cursor.client);
    encoding.writeVarUint(encoder, piece.clock);
    if (piece.isFirst) encoding.writeUint8Array(encoder, update.subarray(cursor.from, cursor.contentAt));
    else writeLaterHead(encoder, update, cursor, piece.clock);
    encoding.writeVarUint(encoder, piece.count);
    encoding.writeUint8Array(encoder, update.subarray(piece.from, piece.to));
    encoding.writeVarUint(encoder, 0); // no deletes
  });
}

/** The parent of a later part is that of its origin, the part before it. */
function writeLaterHead(encoder: encoding.Encoder, update: Uint8Array, cursor: StructCursor, clock: number): void {
  encoding.writeUint8(encoder, cursor.info | HAS_ORIGIN);
  encoding.writeVarUint(encoder, cursor.client);
  encoding.writeVarUint(encoder, clock - 1);
  if (cursor.rightOrigin !== undefined) encoding.writeUint8Array(encoder, update.subarray(...cursor.rightOrigin));
}

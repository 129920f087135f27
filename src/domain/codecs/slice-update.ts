import { encodePiece, type Piece } from './encode-piece.ts';
import type { IndexedScan } from './scan-in-steps.ts';
import { SliceBuilder } from './slice-builder.ts';
import { sliceDeleteSet } from './slice-delete-set.ts';
import type { StructCursor } from './struct-cursor.ts';
import { StructOrder } from './struct-order.ts';

/** How much a slice holds: what is reached first ends it. */
export interface SliceLimits {
  /** Bytes of structs. A slice may have twice as many, and any number with a content that cannot be cut. */
  readonly bytes: number;
  /** Number of structs. */
  readonly structs: number;
  /** Number of delete ranges. */
  readonly deletes: number;
}

/** Yjs takes some milliseconds for one, and no more in all than for slices of four times as many structs. */
export const SLICE_LIMITS: SliceLimits = { bytes: 64 * 1024, structs: 500, deletes: 1000 };

/**
 * Cuts a Yjs update, encoding v1, of any size into updates of bounded size. Integrated in their order, each finds what it
 * refers to, and together they make what the whole makes. A struct comes after the structs that it refers to, as in
 * `integrateStructs` of yjs/src/utils/encoding.js; deletes come last. A struct too large for a slice is cut where its
 * content allows it. What the update refers to and does not hold counts as known.
 *
 * Lazy: each `next()` reads as much as one slice holds.
 * @param scan what `scanInSteps` returned for the same bytes
 * @throws CollaborationError `invalid`, from `next()`, for structs that refer to one another in a circle
 */
export function* sliceUpdate(
  update: Uint8Array,
  scan: IndexedScan,
  limits: SliceLimits = SLICE_LIMITS,
): Generator<Uint8Array, void> {
  const order = new StructOrder(update, scan.sections);
  let slice = new SliceBuilder(update);
  for (let cursor = order.next(); cursor !== undefined; cursor = order.next()) {
    const { clock, position: from, contentLeft } = cursor;
    const isWhole = cursor.pass(limits.bytes);
    if (isWhole) slice.add(cursor, clock);
    if (slice.structs > 0 && (!isWhole || slice.structs >= limits.structs || slice.bytes >= limits.bytes)) {
      yield slice.encode();
      slice = new SliceBuilder(update);
    }
    if (isWhole) continue;
    const first = { clock, from, to: cursor.position, count: contentLeft - cursor.contentLeft, isFirst: true };
    yield* pieces(update, cursor, first, limits.bytes);
  }
  if (slice.structs > 0) yield slice.encode();
  yield* sliceDeleteSet(update, scan, limits.deletes);
}

/** The struct in which the cursor is, part by part. */
function* pieces(update: Uint8Array, cursor: StructCursor, first: Piece, bytes: number): Generator<Uint8Array, void> {
  let piece = first;
  for (;;) {
    const { clock, position: from, contentLeft } = cursor;
    yield encodePiece(update, cursor, piece);
    if (contentLeft === 0) return;
    cursor.pass(bytes);
    piece = { clock, from, to: cursor.position, count: contentLeft - cursor.contentLeft, isFirst: false };
  }
}

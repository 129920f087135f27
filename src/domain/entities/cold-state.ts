import * as Y from 'yjs';
import { equalBytes } from '../codecs/equal-bytes.ts';
import { scanInSteps } from '../codecs/scan-in-steps.ts';
import { scanUpdate, someDelete, type UpdateScan } from '../codecs/scan-update.ts';
import { CollaborationError } from '../errors.ts';
import { DeleteRanges } from './delete-ranges.ts';
import { bytesOf, isQuicklyIntegrated, isSmallStep, Step } from './document-weight.ts';
import type { ScannedUpdate } from './integration.ts';

/**
 * A document as the updates that it is stored in: a tenth of the memory that it takes integrated, and enough for whoever
 * has nothing of it or all of it.
 */
export class ColdState {
  /** Yjs updates, encoding v1, in an order in which each finds its predecessors. */
  readonly updates: readonly Uint8Array[];
  readonly bytes: number;
  #clocks: ReadonlyMap<number, number> | undefined;
  #deleted: DeleteRanges | undefined;
  #deletes: readonly Uint8Array[] | undefined;

  /** @param clocks how much of each Yjs client is in `updates`, where that is known; it may be kept up to date */
  constructor(updates: readonly Uint8Array[], clocks?: ReadonlyMap<number, number>) {
    this.updates = updates;
    this.#clocks = clocks;
    this.bytes = bytesOf(updates);
  }

  /**
   * Reads what the questions below need, each `next()` a bounded piece, so that they are answered at once later.
   * @throws CollaborationError as `stateVector`, from `next()`
   */
  *reading(): Generator<undefined, void> {
    const clocks = new Map<number, number>();
    const step = new Step();
    for (const update of this.updates) {
      addClocks(clocks, yield* readingDeletes(update));
      if (step.isOverWith(update)) yield;
    }
    this.#clocks = clocks;
  }

  /** How much of each Yjs client it has. @throws as `stateVector` */
  get clocks(): ReadonlyMap<number, number> {
    return this.#knownClocks;
  }

  /** Encoding v1, as Yjs would encode it. @throws CollaborationError `invalid` when an update does not decode */
  get stateVector(): Uint8Array {
    return Y.encodeStateVector(new Map(this.#knownClocks));
  }

  /**
   * All deletes, as updates without structs: what somebody with all structs may lack. A state vector does not tell, for
   * a delete moves no clock.
   */
  get deletes(): readonly Uint8Array[] {
    this.#deletes ??= this.updates.flatMap(deletesOf);
    return this.#deletes;
  }

  /** Whether the update adds nothing: what every client that has the document sends when it opens it again. */
  knows({ update, scan }: ScannedUpdate): boolean {
    const clocks = this.#knownClocks;
    if (!scan.structs.every(({ client, end }) => end <= (clocks.get(client) ?? 0))) return false;
    if (scan.deletes === 0 || this.#hasDeleteSet({ update, scan })) return true;
    // Where there are many, comparing takes as long as integrating, which can be done in steps.
    return isQuicklyIntegrated(this) && this.#coversDeletes({ update, scan });
  }

  /** Yjs writes a delete set in one way only, so the same deletes are mostly the same bytes. */
  #hasDeleteSet({ update, scan }: ScannedUpdate): boolean {
    const [only] = this.deletes;
    if (only === undefined || this.deletes.length > 1) return false;
    const deleteSet = update.subarray(scan.deletesAt, scan.size);
    return equalBytes(deleteSet, only.subarray(1));
  }

  #coversDeletes({ update, scan }: ScannedUpdate): boolean {
    this.#deleted ??= DeleteRanges.of(this.updates);
    const deleted = this.#deleted;
    return !someDelete(update, scan, (client, clock, end) => !deleted.covers(client, clock, end));
  }

  get #knownClocks(): ReadonlyMap<number, number> {
    this.#clocks ??= this.#readClocks();
    return this.#clocks;
  }

  #readClocks(): ReadonlyMap<number, number> {
    const clocks = new Map<number, number>();
    for (const update of this.updates) addClocks(clocks, scanUpdate(update));
    return clocks;
  }
}

/** Reads what an update deletes, in steps, so that `deletes` has it at once. @throws CollaborationError `invalid` */
export function* readingDeletes(update: Uint8Array): Generator<undefined, UpdateScan> {
  const scan = isSmallStep(update) ? scanUpdate(update) : yield* scanInSteps(update);
  known.set(update, readDeletes(update, scan));
  return scan;
}

function addClocks(clocks: Map<number, number>, { structs }: UpdateScan): void {
  for (const { client, clock, end } of structs) {
    const known = clocks.get(client) ?? 0;
    // Counted as known, what is missing would be acknowledged when somebody brings it, and not be stored.
    if (clock > known) throw new CollaborationError('damaged', 'some updates need others that are not stored');
    if (end > known) clocks.set(client, end);
  }
}

/** No clients with structs, then the delete set as it is. */
const NO_STRUCTS = 0;

/** Most of a document's updates stay the same from one state of it to the next. */
const known = new WeakMap<Uint8Array, readonly Uint8Array[]>();

function deletesOf(update: Uint8Array): readonly Uint8Array[] {
  let deletes = known.get(update);
  if (deletes === undefined) {
    deletes = readDeletes(update, scanUpdate(update));
    known.set(update, deletes);
  }
  return deletes;
}

function readDeletes(update: Uint8Array, { deletes, deletesAt, size }: UpdateScan): readonly Uint8Array[] {
  if (deletes === 0) return [];
  const deleteSet = update.subarray(deletesAt, size);
  const only = new Uint8Array(1 + deleteSet.byteLength);
  only[0] = NO_STRUCTS;
  only.set(deleteSet, 1);
  return [only];
}

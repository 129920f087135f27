import * as Y from 'yjs';
import { scanUpdate } from '../codecs/scan-update.ts';

/**
 * A document as the updates that it is stored in: a tenth of the memory that it takes integrated, and enough for whoever
 * has nothing of it or all of it.
 */
export class ColdState {
  /** Yjs updates, encoding v1, in an order in which each finds its predecessors. */
  readonly updates: readonly Uint8Array[];
  #stateVector: Uint8Array | undefined;
  #deletes: readonly Uint8Array[] | undefined;

  constructor(updates: readonly Uint8Array[]) {
    this.updates = updates;
  }

  /** Encoding v1, as Yjs would encode it. @throws CollaborationError `invalid` when an update does not decode */
  get stateVector(): Uint8Array {
    this.#stateVector ??= this.#readStateVector();
    return this.#stateVector;
  }

  /**
   * All deletes, as updates without structs: what somebody with all structs may lack. A state vector does not tell, for
   * a delete moves no clock.
   */
  get deletes(): readonly Uint8Array[] {
    this.#deletes ??= this.updates.flatMap(deletesOf);
    return this.#deletes;
  }

  #readStateVector(): Uint8Array {
    const clocks = new Map<number, number>();
    for (const update of this.updates) {
      for (const { client, end } of scanUpdate(update).structs) {
        if (end > (clocks.get(client) ?? 0)) clocks.set(client, end);
      }
    }
    return Y.encodeStateVector(clocks);
  }
}

/** No clients with structs, then the delete set as it is. */
const NO_STRUCTS = 0;

function deletesOf(update: Uint8Array): readonly Uint8Array[] {
  const { deletes, deletesAt, size } = scanUpdate(update);
  if (deletes === 0) return [];
  const deleteSet = update.subarray(deletesAt, size);
  const only = new Uint8Array(1 + deleteSet.byteLength);
  only[0] = NO_STRUCTS;
  only.set(deleteSet, 1);
  return [only];
}

import * as Y from 'yjs';
import type { ColdState } from './cold-state.ts';
import { hasManyStructs } from './document-weight.ts';
import { IntegratedDoc } from './integrated-doc.ts';
import { type Integration, learnedOf, type ScannedUpdate } from './integration.ts';
import { type Folding, UpdateTrail } from './update-trail.ts';

/** Bytes that are learned between two counts of what there is. */
const COUNTED_EVERY = 32 * 1024;

/** A document that can be edited: integrated, and as the updates that made it. */
export class HotState {
  readonly #integrated: IntegratedDoc;
  readonly #trail: UpdateTrail;
  #isHeavy = false;
  /** Of `added` of the trail. */
  #countedAt = 0;

  /** @param updates what `doc` was made of */
  constructor(doc: Y.Doc, updates: readonly Uint8Array[]) {
    this.#integrated = new IntegratedDoc(doc);
    this.#trail = new UpdateTrail(updates);
  }

  /** With all that was typed. @throws CollaborationError `unavailable` when that does not integrate after all */
  get doc(): Y.Doc {
    return this.#integrated.doc;
  }

  /** Of its updates, encoding v1: more than it would have as one. */
  get bytes(): number {
    return this.#trail.bytes;
  }

  /** See `UpdateTrail.isLong`. */
  get isLong(): boolean {
    return this.#trail.isLong;
  }

  /** Whether it has so many structs that it should not stay in this heap. */
  get isHeavy(): boolean {
    // Counting looks at each client: not for each update.
    if (this.#trail.added - this.#countedAt >= COUNTED_EVERY) {
      this.#countedAt = this.#trail.added;
      this.#isHeavy = hasManyStructs(this.#integrated.structs);
    }
    return this.#isHeavy;
  }

  folding(): Folding | undefined {
    return this.#trail.folding();
  }

  /** As updates. */
  get state(): ColdState {
    return this.#trail.state(() => Y.encodeStateAsUpdate(this.doc));
  }

  /** As `IntegratedDoc.apply`. */
  apply(updates: readonly ScannedUpdate[]): readonly Integration[] {
    const integrations = this.#integrated.apply(updates);
    integrations.forEach((integration, at) => {
      const learned = learnedOf(integration, updates[at]?.update);
      if (learned !== undefined) this.#trail.add(learned);
    });
    return integrations;
  }

  destroy(): void {
    this.#integrated.destroy();
  }
}

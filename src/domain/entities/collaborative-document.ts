import * as Y from 'yjs';
import { equalBytes } from '../codecs/equal-bytes.ts';
import { CollaborationError } from '../errors.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import { ColdState } from './cold-state.ts';
import { isHeavy, isQuicklyEncoded, isQuicklyIntegrated } from './document-weight.ts';
import type { Effort } from './effort.ts';
import { HostedState } from './hosted-state.ts';
import { HotState } from './hot-state.ts';
import { type Integration, type Integrations, KNOWN, type ScannedUpdate } from './integration.ts';
import { isRepeated } from './repetition.ts';
import { restoreDoc, restoreDocInSteps, unreadable } from './restore-doc.ts';
import { type Folding, isWorthFolding } from './update-trail.ts';

/**
 * `cold`: as it is stored; `hot`: integrated, so that it can be edited, at ten times the memory; `hosted`: integrated
 * elsewhere, and here as bytes.
 */
type State =
  | { readonly kind: 'cold'; readonly stored: ColdState }
  | { readonly kind: 'hot'; readonly content: HotState }
  | { readonly kind: 'hosted'; readonly content: HostedState };

/** The state vector of somebody who has nothing, and the update that changes nothing. */
const NOTHING = new Uint8Array([0]);
const NO_CHANGE = new Uint8Array([0, 0]);

/**
 * One shared document: what its updates have made of it so far. Holds no structs whose predecessors are missing. It
 * stays cold until somebody writes, or has a part of it only.
 */
export class CollaborativeDocument {
  readonly documentId: DocumentId;
  #state: State;
  #stateVector: Uint8Array | undefined;

  constructor(documentId: DocumentId, stored: readonly Uint8Array[] = []) {
    this.documentId = documentId;
    this.#state = { kind: 'cold', stored: new ColdState(stored) };
  }

  /** From stored updates, which were all integrated before, in their order. */
  static restore(documentId: DocumentId, updates: readonly Uint8Array[]): CollaborativeDocument {
    return new CollaborativeDocument(documentId, updates);
  }

  get isHot(): boolean {
    return this.#state.kind === 'hot';
  }

  get isHosted(): boolean {
    return this.#state.kind === 'hosted';
  }

  /** Whether it should be integrated elsewhere. */
  get isHeavy(): boolean {
    const state = this.#state;
    return state.kind === 'hot' ? state.content.isHeavy : isHeavy(this.bytes);
  }

  /** From now on it is integrated elsewhere, where all of `updates` are: `settle` takes the place of `applyUpdates`. */
  host(): void {
    const state = this.#state;
    if (state.kind === 'hosted') return;
    const { updates } = this;
    const clocks = state.kind === 'cold' ? state.stored.clocks : Y.decodeStateVector(this.stateVector);
    this.destroy();
    this.#state = { kind: 'hosted', content: new HostedState(updates, clocks) };
  }

  /** What became of updates where they were integrated. */
  settle(updates: readonly ScannedUpdate[], integrations: Integrations): void {
    if (this.#state.kind !== 'hosted') throw new CollaborationError('internal', 'The document is integrated here.');
    if (integrations.each.every(({ kind }) => kind === 'known')) return;
    this.#stateVector = undefined;
    this.#state.content.settle(updates, integrations);
  }

  /**
   * Makes it ready to be edited.
   * @throws CollaborationError `damaged` when what is stored does not integrate completely
   */
  warm(): void {
    this.#hot();
  }

  /** Whether it may be made ready to be edited in one go, without `warming`; true where it is. */
  get isQuicklyWarm(): boolean {
    return this.#state.kind !== 'cold' || isQuicklyIntegrated(this.#state.stored);
  }

  /** `warm` in steps of a few milliseconds; it can be read meanwhile. @throws as `warm`, from `next()` */
  *warming(): Generator<undefined, void> {
    const state = this.#state;
    if (state.kind !== 'cold') return;
    const { updates } = state.stored;
    const doc = yield* restoreDocInSteps(this.documentId, updates);
    if (this.#state === state) this.#state = { kind: 'hot', content: new HotState(doc, updates) };
  }

  /** Makes it ready to be read, in steps of a few milliseconds. @throws CollaborationError `damaged`, from `next()` */
  *reading(): Generator<undefined, void> {
    if (this.#state.kind !== 'cold') return;
    try {
      yield* this.#state.stored.reading();
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  /** Whether an update adds nothing, as far as that can be told at once. */
  knows(scanned: ScannedUpdate): boolean {
    // What a client answers that has nothing new: no reason to open a transaction, or to forget the state vector.
    if (isEmpty(scanned)) return true;
    const state = this.#state;
    if (state.kind === 'hot') return false;
    return (state.kind === 'cold' ? state.stored : state.content.state).knows(scanned);
  }

  /** Whether an update adds nothing; `when warm`, `elsewhere`: it takes an integrated document to tell. */
  repeats(scanned: ScannedUpdate): boolean | 'when warm' | 'elsewhere' {
    if (this.knows(scanned)) return true;
    switch (this.#state.kind) {
      case 'cold':
        return 'when warm';
      case 'hot':
        return isRepeated(this.#state.content.doc, scanned);
      case 'hosted':
        return 'elsewhere';
    }
  }

  /** What it takes to tell somebody with this state vector what is missing: as it is cheapest, or as one update. */
  effort(stateVector: Uint8Array, as: 'parts' | 'one'): Effort {
    const state = this.#state;
    if (state.kind !== 'cold' && state.content.isLong) return 'when folded';
    const isFolded = state.kind !== 'cold' || !isWorthFolding(state.stored.updates);
    const parts = isFolded ? this.#knownParts(stateVector) : undefined;
    if (parts !== undefined && (as === 'parts' || parts.length < 2)) return 'at once';
    if (state.kind === 'hosted' || !isQuicklyEncoded(this.bytes)) return 'elsewhere';
    return this.isQuicklyWarm ? 'at once' : 'when warm';
  }

  /** Of the updates that it has as bytes: more than it would have as one. */
  get bytes(): number {
    return this.#state.kind === 'cold' ? this.#state.stored.bytes : this.#state.content.bytes;
  }

  /** All of it, to be merged elsewhere; none where it is not ready to be edited, or had better be encoded. */
  folding(): Folding | undefined {
    return this.#state.kind === 'cold' ? undefined : this.#state.content.folding();
  }

  /** All of it, as updates in order, encoding v1. @throws CollaborationError as `warm` */
  get updates(): readonly Uint8Array[] {
    return this.#bytes.updates;
  }

  /**
   * Integrates one update.
   * @throws CollaborationError `invalid` when it does not integrate; the document is then suspect and must be dropped.
   */
  applyUpdate(scanned: ScannedUpdate): Integration {
    const [integration] = this.applyUpdates([scanned]);
    if (integration === undefined) throw new CollaborationError('internal', 'An update was not integrated.');
    return integration;
  }

  /**
   * Integrates updates in one transaction, which costs less than one each.
   * @throws CollaborationError `invalid` when one of them does not integrate; the document is then suspect (some of them
   * may be in it by half) and must be dropped and restored from its log · as `warm`
   */
  applyUpdates(updates: readonly ScannedUpdate[]): readonly Integration[] {
    if (updates.every((each) => this.knows(each))) return updates.map(() => KNOWN);
    const hot = this.#hot();
    this.#stateVector = undefined;
    try {
      return hot.apply(updates);
    } catch (cause) {
      throw new CollaborationError('invalid', 'The update does not integrate.', cause);
    }
  }

  /** The clock that the document has of one Yjs client: how many of its elements, deleted ones included. */
  clockOf(client: number): number {
    const state = this.#state;
    return state.kind === 'hosted' ? state.content.clockOf(client) : Y.getState(this.#hot().doc.store, client);
  }

  /** Encoding v1. The same bytes until something is learned. */
  get stateVector(): Uint8Array {
    const state = this.#state;
    this.#stateVector ??=
      state.kind === 'hot'
        ? Y.encodeStateVector(state.content.doc)
        : (state.kind === 'cold' ? state.stored : state.content.state).stateVector;
    return this.#stateVector;
  }

  /**
   * What somebody with this state vector lacks, as one update. The deletes come whole: a state vector does not say
   * which of them are known.
   * @throws CollaborationError `invalid` when the state vector does not decode · as `warm`
   */
  missingUpdates(stateVector: Uint8Array): Uint8Array {
    const parts = this.missingParts(stateVector);
    if (parts.length === 0) return NO_CHANGE;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : this.#encoded(stateVector);
  }

  /**
   * The same as several updates, to be applied in order, where that is cheaper; none where nothing is missing. The same
   * array for the same question, until something is learned.
   * @throws CollaborationError as `missingUpdates`
   */
  missingParts(stateVector: Uint8Array): readonly Uint8Array[] {
    return this.#knownParts(stateVector) ?? [this.#encoded(stateVector)];
  }

  /** The full state as one update. @throws CollaborationError as `warm` */
  get documentData(): Uint8Array {
    return this.missingUpdates(NOTHING);
  }

  /** Gives the memory back; the document cannot be used any more. */
  destroy(): void {
    if (this.#state.kind === 'hot') this.#state.content.destroy();
    this.#state = { kind: 'cold', stored: new ColdState([]) };
  }

  #knownParts(stateVector: Uint8Array): readonly Uint8Array[] | undefined {
    if (equalBytes(stateVector, NOTHING)) return this.#bytes.updates;
    return equalBytes(stateVector, this.stateVector) ? this.#bytes.deletes : undefined;
  }

  /** The document as bytes: all that somebody needs who has nothing of it, or all of its structs. */
  get #bytes(): ColdState {
    if (this.#state.kind === 'cold' && isWorthFolding(this.#state.stored.updates)) this.warm();
    const state = this.#state;
    return state.kind === 'cold' ? state.stored : state.content.state;
  }

  #encoded(stateVector: Uint8Array): Uint8Array {
    const { doc } = this.#hot();
    try {
      return Y.encodeStateAsUpdate(doc, stateVector);
    } catch (cause) {
      throw new CollaborationError('invalid', 'The state vector does not decode.', cause);
    }
  }

  #hot(): HotState {
    const state = this.#state;
    if (state.kind === 'hot') return state.content;
    if (state.kind === 'hosted') throw new CollaborationError('internal', 'The document is integrated elsewhere.');
    const { updates } = state.stored;
    const content = new HotState(restoreDoc(this.documentId, updates), updates);
    this.#state = { kind: 'hot', content };
    return content;
  }
}

function isEmpty({ scan }: ScannedUpdate): boolean {
  return scan.structs.length === 0 && scan.deletes === 0;
}

import * as Y from 'yjs';
import { CollaborationError } from '../errors.ts';
import type { ColdState } from './cold-state.ts';
import { type Integration, integrateUpdate, LEARNED, type ScannedUpdate } from './integration.ts';
import { TypingRun } from './typing-run.ts';
import { type Folding, UpdateTrail } from './update-trail.ts';

/** A document that can be edited: integrated, and as the updates that made it. */
export class HotState {
  readonly #doc: Y.Doc;
  readonly #trail: UpdateTrail;
  #run: TypingRun | undefined;

  /** @param updates what `doc` was made of */
  constructor(doc: Y.Doc, updates: readonly Uint8Array[]) {
    this.#doc = doc;
    this.#trail = new UpdateTrail(updates);
  }

  /** With all that was typed. @throws CollaborationError `unavailable` when that does not integrate after all */
  get doc(): Y.Doc {
    this.#catchUp();
    return this.#doc;
  }

  /** Of its updates, encoding v1: more than it would have as one. */
  get bytes(): number {
    return this.#trail.bytes;
  }

  /** See `UpdateTrail.isLong`. */
  get isLong(): boolean {
    return this.#trail.isLong;
  }

  folding(): Folding | undefined {
    return this.#trail.folding();
  }

  /** As updates. */
  get state(): ColdState {
    return this.#trail.state(() => Y.encodeStateAsUpdate(this.doc));
  }

  /**
   * Integrates updates in one transaction; what somebody types on, later.
   * @throws whatever Yjs throws: then the document is suspect
   */
  apply(updates: readonly ScannedUpdate[]): readonly Integration[] {
    const integrations: Integration[] = [];
    for (const update of updates) {
      if (this.#run?.takes(update) !== true) break;
      integrations.push(LEARNED);
    }
    const rest = updates.slice(integrations.length);
    if (rest.length > 0) {
      this.#doc.transact((transaction) => {
        for (const update of rest) integrations.push(this.#integrate(transaction, update));
      });
    }
    this.#remember(updates, integrations);
    return integrations;
  }

  destroy(): void {
    this.#doc.destroy();
  }

  #integrate(transaction: Y.Transaction, update: ScannedUpdate): Integration {
    if (this.#run?.takes(update) === true) return LEARNED;
    this.#catchUp();
    const integration = integrateUpdate(transaction, update);
    this.#run = integration.kind === 'learned' ? TypingRun.startedBy(update) : undefined;
    return integration;
  }

  #catchUp(): void {
    const typed = this.#run?.drain();
    if (typed === undefined) return;
    try {
      Y.applyUpdate(this.#doc, typed);
    } catch (cause) {
      throw new CollaborationError('unavailable', 'What was typed does not integrate.', cause);
    }
  }

  #remember(updates: readonly ScannedUpdate[], integrations: readonly Integration[]): void {
    integrations.forEach((integration, at) => {
      const learned = integration.kind === 'gap' ? integration.integrated : updates[at]?.update;
      if (integration.kind !== 'known' && learned !== undefined) this.#trail.add(learned);
    });
  }
}

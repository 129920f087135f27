import * as Y from 'yjs';
import { CollaborationError } from '../errors.ts';
import { type Integration, integrateUpdate, LEARNED, type ScannedUpdate } from './integration.ts';
import { TypingRun } from './typing-run.ts';

/** A Y.Doc that takes updates and says what each did. */
export class IntegratedDoc {
  readonly #doc: Y.Doc;
  #run: TypingRun | undefined;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /** With all that was typed. @throws CollaborationError `unavailable` when that does not integrate after all */
  get doc(): Y.Doc {
    this.#catchUp();
    return this.#doc;
  }

  /** Objects that Yjs holds for it: what a garbage collection has to visit. */
  get structs(): number {
    let structs = 0;
    for (const { length } of this.#doc.store.clients.values()) structs += length;
    return structs;
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
}

import * as Y from 'yjs';
import { scanUpdate } from '../../domain/codecs/scan-update.ts';
import { IntegratedDoc } from '../../domain/entities/integrated-doc.ts';
import { type Integrations, learnedOf } from '../../domain/entities/integration.ts';
import { isRepeated } from '../../domain/entities/repetition.ts';
import { restoreDocInSteps } from '../../domain/entities/restore-doc.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';

/** What the thread holds: integrated documents, by their numbers. */
export class HostedDocuments {
  /** None while a document is being opened. */
  readonly #documents = new Map<number, IntegratedDoc | undefined>();

  /**
   * Integrates what is stored, each `next()` a bounded piece; ends early where the document is closed meanwhile.
   * @throws CollaborationError `damaged`, from `next()`, when it does not integrate completely
   */
  *opening(key: number, documentId: string, updates: readonly Uint8Array[]): Generator<undefined, void> {
    this.#documents.set(key, undefined);
    const steps = restoreDocInSteps(DocumentId.parse(documentId), updates);
    for (let step = steps.next(); this.#documents.has(key); step = steps.next()) {
      if (step.done === true) {
        this.#documents.set(key, new IntegratedDoc(step.value));
        return;
      }
      yield;
    }
  }

  /** @throws CollaborationError `invalid` when one of them does not integrate: then the document is dropped */
  apply(key: number, updates: readonly Uint8Array[]): Integrations {
    const integrated = this.#open(key);
    try {
      const each = integrated.apply(updates.map((update) => ({ update, scan: scanUpdate(update) })));
      const learned = each.flatMap((integration, at) => learnedOf(integration, updates[at]) ?? []);
      return { each, merged: learned.length > 1 ? Y.mergeUpdates(learned) : undefined };
    } catch (cause) {
      // Some of them may be in it by half.
      this.close(key);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CollaborationError('invalid', `The update does not integrate: ${reason}`, cause);
    }
  }

  repeats(key: number, update: Uint8Array): boolean {
    return isRepeated(this.#open(key).doc, { update, scan: scanUpdate(update) });
  }

  encode(key: number): Uint8Array {
    return Y.encodeStateAsUpdate(this.#open(key).doc);
  }

  close(key: number): void {
    this.#documents.get(key)?.destroy();
    this.#documents.delete(key);
  }

  #open(key: number): IntegratedDoc {
    const integrated = this.#documents.get(key);
    if (integrated !== undefined) return integrated;
    throw new CollaborationError('unavailable', 'The document is not hosted here.');
  }
}

import { CollaborationError } from '../../domain/errors.ts';
import type { LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Ticket } from '../connection/acknowledgements.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalClient } from '../journal/journal-client.ts';

/** What a room has integrated in this tick and not yet handed to the journal, and who waits for it. */
export class PendingAppend {
  readonly #client: JournalClient & { readonly documentId: DocumentId };
  readonly #journal: Journal;
  readonly #kind: LoadedDocument['kind'];
  #updates: Uint8Array[] = [];
  #tickets: Ticket[] = [];
  #sequence: number;
  #lastModified: number;
  /** Journal position of the room's newest record. */
  #position = 0;

  constructor(client: JournalClient & { readonly documentId: DocumentId }, loaded: LoadedDocument, journal: Journal) {
    this.#client = client;
    this.#journal = journal;
    this.#kind = loaded.kind;
    this.#sequence = loaded.sequence;
    this.#lastModified = loaded.lastModified;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get isDurable(): boolean {
    return this.#updates.length === 0 && this.#position <= this.#journal.durablePosition;
  }

  /**
   * Answers the update's sequence number.
   * @throws CollaborationError `internal` of a damaged document: nobody may get so far, for behind the damage nothing counts
   */
  add(update: Uint8Array, now: number): number {
    if (this.#kind === 'damaged')
      throw new CollaborationError('internal', 'A damaged document was about to be written.');
    this.#updates.push(update);
    this.#lastModified = now;
    return ++this.#sequence;
  }

  /** The ticket is released once all that the room holds by now is durable: what it repeats may not be yet. */
  await(ticket: Ticket): void {
    ticket.sequence = this.#sequence;
    this.#tickets.push(ticket);
  }

  flush(): void {
    if (this.#updates.length > 0) this.#handOver();
    const durable = this.#journal.durablePosition;
    for (const ticket of this.#tickets) ticket.position = this.#position;
    for (const ticket of this.#tickets) {
      if (this.#position <= durable) ticket.queue.release(durable);
      else this.#journal.notify(ticket.queue);
    }
    this.#tickets = [];
  }

  #handOver(): void {
    const updates = this.#updates;
    this.#updates = [];
    const { documentId } = this.#client;
    const firstSequence = this.#sequence - updates.length + 1;
    const record = { documentId, firstSequence, updates, timestamp: this.#lastModified };
    this.#position = this.#journal.append(record, this.#client);
  }
}

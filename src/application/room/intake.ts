import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { Integration } from '../../domain/entities/integration.ts';
import { type CollaborationEvent, DocumentUpdated } from '../../domain/events.ts';
import type { LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { JournalClient } from '../journal/journal-client.ts';
import type { Clock } from '../ports/clock.ts';
import { GapBox } from './gap-box.ts';
import { PendingAppend } from './pending-append.ts';
import type { RoomMember } from './room-member.ts';
import type { RoomServices } from './room-services.ts';
import type { Submission } from './submission.ts';

interface Target {
  tell(event: CollaborationEvent, origin: RoomMember): void;
  /** An update that waited for others may get further now. */
  submit(submission: Submission): void;
}

/** What becomes of updates once they are integrated: into the journal and to everyone, or aside until their gap is filled. */
export class Intake {
  readonly #target: Target;
  readonly #gaps: GapBox;
  readonly #append: PendingAppend;
  readonly #clock: Clock;

  constructor(
    client: JournalClient & { readonly documentId: DocumentId },
    loaded: LoadedDocument,
    { limits, journal, clock }: RoomServices,
    target: Target,
  ) {
    this.#target = target;
    this.#gaps = new GapBox(limits);
    this.#append = new PendingAppend(client, loaded, journal);
    this.#clock = clock;
  }

  /** Of the newest update that was taken. */
  get sequence(): number {
    return this.#append.sequence;
  }

  /** Unix milliseconds of the newest update; 0 where there never was one. */
  get lastModified(): number {
    return this.#append.lastModified;
  }

  /** Whether all that was taken is durable, and nothing waits for missing updates. */
  get isSettled(): boolean {
    return this.#gaps.size === 0 && this.#append.isDurable;
  }

  /** Refuses what has waited too long for missing updates. */
  expire(now: number): void {
    this.#gaps.expire(now);
  }

  /** The member is gone, and what of it waits with it. */
  remove(member: RoomMember): void {
    this.#gaps.removeMember(member);
  }

  /** The room is closed. */
  abandon(): void {
    this.#gaps.abandonAll();
  }

  /** Integrates updates that arrived together. @throws CollaborationError as `CollaborativeDocument.applyUpdates` */
  take(burst: readonly Submission[], document: CollaborativeDocument): void {
    this.settle(burst, document.applyUpdates(burst), document);
  }

  /** The same for updates that were integrated elsewhere, and that `document` knows of. */
  settle(burst: readonly Submission[], integrations: readonly Integration[], document: CollaborativeDocument): void {
    const now = this.#clock.now();
    burst.forEach((submission, at) => {
      const integration = integrations[at];
      if (integration !== undefined) this.#settle(submission, integration, document, now);
    });
    this.#append.flush();
  }

  #settle(submission: Submission, integration: Integration, document: CollaborativeDocument, now: number): void {
    switch (integration.kind) {
      case 'learned':
        this.#learn(submission, integration.plain ?? submission.update, document, now);
        this.#append.await(submission.ticket);
        return;
      case 'gap':
        if (integration.integrated !== undefined) this.#learn(submission, integration.integrated, document, now);
        if (this.#gaps.add(submission, integration.missing, now) === 'new') {
          submission.member.sink.requestSync(document.stateVector);
        }
        return;
      case 'known':
        this.#append.await(submission.ticket);
    }
  }

  #learn({ member }: Submission, update: Uint8Array, document: CollaborativeDocument, now: number): void {
    const sequence = this.#append.add(update, now);
    this.#target.tell(new DocumentUpdated(member.session, now, update, sequence), member);
    if (this.#gaps.size === 0) return;
    for (const ready of this.#gaps.takeReady((client) => document.clockOf(client))) this.#target.submit(ready);
  }
}

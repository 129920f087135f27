import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { Integration } from '../../domain/entities/integration.ts';
import { type CollaborationEvent, DocumentUpdated } from '../../domain/events.ts';
import type { Clock } from '../ports/clock.ts';
import type { GapBox } from './gap-box.ts';
import type { PendingAppend } from './pending-append.ts';
import type { RoomMember } from './room-member.ts';
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

  constructor(target: Target, gaps: GapBox, append: PendingAppend, clock: Clock) {
    this.#target = target;
    this.#gaps = gaps;
    this.#append = append;
    this.#clock = clock;
  }

  /** Integrates updates that arrived together. @throws CollaborationError as `CollaborativeDocument.applyUpdates` */
  take(burst: readonly Submission[], document: CollaborativeDocument): void {
    const integrations = document.applyUpdates(burst);
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
        this.#learn(submission, submission.update, document, now);
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

import type { Integration } from '../../domain/entities/integration.ts';
import type { Presence } from '../../domain/entities/presence.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { type CollaborationEvent, DocumentUpdated } from '../../domain/events.ts';
import type { LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { LogRecord, Snapshot } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { WAITING } from '../connection/acknowledgements.ts';
import type { JournalClient } from '../journal/journal-client.ts';
import { Delivery } from './delivery.ts';
import { GapBox } from './gap-box.ts';
import { Members } from './members.ts';
import { PendingAppend } from './pending-append.ts';
import { recover } from './recovery.ts';
import type { RoomMember } from './room-member.ts';
import type { RoomServices } from './room-services.ts';
import type { RoomState } from './room-state.ts';
import { abandon, type Submission } from './submission.ts';
import type { Gathering } from './tick.ts';

/**
 * One live document on this node, and everyone who is in it. What arrives in a tick is integrated in one transaction,
 * handed to the journal as one record, and delivered in one batch.
 */
export class Room implements Gathering, JournalClient {
  readonly documentId: DocumentId;
  readonly members = new Members();
  readonly presence: Presence;
  readonly #services: RoomServices;
  readonly #gaps: GapBox;
  readonly #onFailure: (room: Room) => void;
  readonly #append: PendingAppend;
  readonly #delivery: Delivery;
  #loaded: LoadedDocument;
  #inbox: Submission[] = [];
  #state: RoomState = { kind: 'open' };
  /** Unix milliseconds since nobody was in the room. */
  #emptySince: number;

  constructor(loaded: LoadedDocument, presence: Presence, services: RoomServices, onFailure: (room: Room) => void) {
    this.documentId = loaded.document.documentId;
    this.presence = presence;
    this.#loaded = loaded;
    this.#services = services;
    this.#onFailure = onFailure;
    this.#delivery = new Delivery(this.members, services.clock, services.limits.deliveryWindow);
    this.#gaps = new GapBox(services.limits);
    this.#append = new PendingAppend(this, loaded, services.journal);
    this.#emptySince = services.clock.now();
  }

  get sequence(): number {
    return this.#append.sequence;
  }

  /** Unix milliseconds of the newest update; 0 where there never was one. */
  get lastModified(): number {
    return this.#append.lastModified;
  }

  get isOpen(): boolean {
    return this.#state.kind !== 'closed';
  }

  /** @throws CollaborationError why the room was closed, where it failed since it was opened */
  enter(member: RoomMember): void {
    if (this.#state.kind === 'closed') throw this.#state.why;
    this.members.add(member);
  }

  leave(member: RoomMember): void {
    this.#integrate();
    this.members.remove(member);
    this.#gaps.removeMember(member);
    this.#emptySince = this.#services.clock.now();
  }

  /** An update on its way in. Its outcome reaches the member's sink or its connection's acknowledgements. */
  submit(submission: Submission): void {
    if (this.#state.kind === 'closed') {
      abandon(submission);
      return;
    }
    this.#inbox.push(submission);
    this.#services.tick.schedule(this);
  }

  /** Tells everyone in the room, but for `origin`, at the end of this tick. */
  announce(event: CollaborationEvent, origin: RoomMember | undefined): void {
    this.#delivery.add(event, origin);
    this.#services.events.publish(event);
    this.#services.tick.schedule(this);
  }

  /**
   * Resolves when what arrived before is integrated and the document can be read. Usually at once.
   * @throws CollaborationError why the room was closed; so does the promise reject
   */
  whenReadable(): Promise<void> | undefined {
    this.#integrate();
    switch (this.#state.kind) {
      case 'open':
        return undefined;
      case 'recovering':
        // What came in meanwhile is not integrated yet, or the room has failed instead.
        return this.#state.done.then(() => this.whenReadable());
      case 'closed':
        throw this.#state.why;
    }
  }

  /** What a sender should wait for before it sends more. */
  get busy(): Promise<void> | undefined {
    return this.#state.kind === 'recovering' ? this.#state.done : undefined;
  }

  /** Read it only when `whenReadable` says so. */
  get document(): LoadedDocument['document'] {
    return this.#loaded.document;
  }

  endOfTick(): void {
    this.#integrate();
    this.#delivery.endOfTick();
  }

  /** Called from time to time. */
  maintain(now: number): void {
    this.#gaps.expire(now);
  }

  /** Whether nobody has been here for `idle` milliseconds and nothing is under way. */
  isIdle(now: number, idle: number): boolean {
    return (
      this.members.size === 0 &&
      this.#state.kind === 'open' &&
      this.#inbox.length === 0 &&
      this.#append.isDurable &&
      now - this.#emptySince >= idle
    );
  }

  snapshot(): Promise<Snapshot> | undefined {
    if (this.#state.kind !== 'open' || !this.#loaded.document.isHot) return undefined;
    const snapshot = { update: this.#loaded.document.documentData, sequence: this.#append.sequence };
    return this.#services.journal.committed().then(() => snapshot);
  }

  appendCommitted(record: LogRecord): void {
    this.#services.compactions.appended(record);
  }

  appendFailed(cause: unknown): void {
    this.fail(new CollaborationError('unavailable', 'The store failed; try again later.', cause));
  }

  /** Lets go of everyone; the document is read anew from its log when it is opened again. */
  fail(why: CollaborationError): void {
    if (this.#state.kind === 'closed') return;
    this.close(why);
    this.#onFailure(this);
    for (const member of this.members.all) member.sink.end(why);
  }

  close(why = new CollaborationError('unavailable', 'The document was closed; try again.')): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed', why };
    // Those behind them on their connections, of other documents, wait for them no longer.
    this.#inbox.forEach(abandon);
    this.#inbox = [];
    this.#gaps.abandonAll();
    this.#delivery.stop();
    this.#loaded.document.destroy();
  }

  #integrate(): void {
    if (this.#state.kind !== 'open' || this.#inbox.length === 0) return;
    const burst = this.#inbox;
    this.#inbox = [];
    let integrations: readonly Integration[];
    try {
      integrations = this.#loaded.document.applyUpdates(burst);
    } catch (cause) {
      this.#notIntegrated(burst, CollaborationError.from(cause));
      return;
    }
    burst.forEach((submission, at) => {
      this.#settle(submission, integrations[at]);
    });
    this.#append.flush();
  }

  /** A sender's fault; or the document's own, when what is stored of it cannot be read. */
  #notIntegrated(burst: readonly Submission[], error: CollaborationError): void {
    if (error.kind === 'invalid') {
      this.#recover(burst);
      return;
    }
    burst.forEach(abandon);
    this.fail(error);
  }

  #settle(submission: Submission, integration: Integration | undefined): void {
    switch (integration?.kind) {
      case 'learned':
        this.#learn(submission, submission.update);
        this.#append.await(submission.ticket);
        return;
      case 'gap':
        if (integration.integrated !== undefined) this.#learn(submission, integration.integrated);
        if (this.#gaps.add(submission, integration.missing, this.#services.clock.now()) === 'new') {
          submission.member.sink.requestSync(this.#loaded.document.stateVector);
        }
        return;
      case 'known':
      case undefined:
        this.#append.await(submission.ticket);
    }
  }

  #learn({ member }: Submission, update: Uint8Array): void {
    const now = this.#services.clock.now();
    const sequence = this.#append.add(update, now);
    this.announce(new DocumentUpdated(member.session, now, update, sequence), member);
    if (this.#gaps.size === 0) return;
    for (const ready of this.#gaps.takeReady((client) => this.#loaded.document.clockOf(client))) this.submit(ready);
  }

  /** One by one, to find the update that does not integrate; each that does not costs another reading of the log. */
  #recover(burst: readonly Submission[]): void {
    const recovery = {
      settle: (submission: Submission) => {
        if (!this.isOpen) return abandon(submission);
        this.#settle(submission, this.#loaded.document.applyUpdate(submission));
        this.#append.flush();
      },
      reload: async () => {
        this.#loaded.document.destroy();
        await this.#services.journal.committed();
        const loaded = await this.#services.documents.getOrCreate(this.documentId);
        loaded.document.warm();
        // Failed meanwhile: another room may have this document by now.
        if (this.#state.kind === 'closed') throw this.#state.why;
        this.#loaded = loaded;
      },
    };
    const done = recover(burst, recovery, this.#services).then(
      () => {
        if (this.#state.kind !== 'recovering') return;
        this.#state = { kind: 'open' };
        this.#services.tick.schedule(this);
      },
      (cause: unknown) => {
        for (const submission of burst) if (submission.ticket.position === WAITING) abandon(submission);
        this.fail(new CollaborationError('unavailable', 'The document could not be read again.', cause));
      },
    );
    this.#state = { kind: 'recovering', done };
  }
}

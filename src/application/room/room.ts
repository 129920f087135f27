import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { ScannedUpdate } from '../../domain/entities/integration.ts';
import type { Presence } from '../../domain/entities/presence.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { CollaborationEvent } from '../../domain/events.ts';
import type { LoadedDocument } from '../../domain/repositories/document-repository.ts';
import { ConflictError, type LogRecord, type Snapshot } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { JournalClient } from '../journal/journal-client.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import { type Condition, conditionOf } from '../quarantine/condition.ts';
import { Delivery } from './delivery.ts';
import { Intake } from './intake.ts';
import { Integrator } from './integrator.ts';
import { Members } from './members.ts';
import { missing } from './missing.ts';
import { repeats } from './repeats.ts';
import { RoomActivity } from './room-activity.ts';
import { RoomContent } from './room-content.ts';
import type { RoomMember } from './room-member.ts';
import type { RoomServices } from './room-services.ts';
import { snapshotOf } from './snapshot-of.ts';
import { abandon, type Submission } from './submission.ts';
import type { Gathering } from './tick.ts';

/** No structs, no deletes. */
const NO_CHANGE = new Uint8Array([0, 0]);

/**
 * One live document on this node, and everyone who is in it. What arrives in a tick is integrated in one transaction,
 * handed to the journal as one record, and delivered in one batch.
 */
export class Room implements Gathering, JournalClient {
  readonly documentId: DocumentId;
  readonly members = new Members();
  readonly presence: Presence;
  /** As long as the room is open: when the store says something else, it is closed, and opened anew. */
  readonly condition: Condition;
  readonly #services: RoomServices;
  readonly #onFailure: (room: Room) => void;
  readonly #intake: Intake;
  readonly #delivery: Delivery;
  readonly #content: RoomContent;
  readonly #activity: RoomActivity;
  readonly #integrator: Integrator;
  /** Unix milliseconds since nobody was in the room. */
  #emptySince: number;

  constructor(loaded: LoadedDocument, presence: Presence, services: RoomServices, onFailure: (room: Room) => void) {
    this.documentId = loaded.document.documentId;
    this.presence = presence;
    this.condition = conditionOf(loaded);
    this.#services = services;
    this.#onFailure = onFailure;
    this.#content = new RoomContent(loaded, services);
    this.#delivery = new Delivery(this.members, services.clock, services.limits.deliveryWindow);
    const target = { tell: this.#tell.bind(this), submit: this.submit.bind(this) };
    this.#intake = new Intake(this, loaded, services, target);
    this.#activity = new RoomActivity(
      () => services.tick.schedule(this),
      (cause) => this.#unreadable(cause),
    );
    const host = {
      documentId: this.documentId,
      content: this.#content,
      intake: this.#intake,
      activity: this.#activity,
      schedule: () => services.tick.schedule(this),
      failed: (error: CollaborationError) => this.#failed(error),
      fromElsewhere: <Result>(work: Promise<Result>) => this.#fromElsewhere(work),
    };
    this.#integrator = new Integrator(host, services);
    this.#emptySince = services.clock.now();
  }

  get sequence(): number {
    return this.#intake.sequence;
  }

  /** Unix milliseconds; 0 where there never was an update. */
  get lastModified(): number {
    return this.#intake.lastModified;
  }

  /** What to tell those who open it, where it is damaged. */
  get quarantine(): string | undefined {
    return this.condition.kind === 'quarantined' ? this.condition.notice.message : undefined;
  }

  get isOpen(): boolean {
    return !this.#activity.isClosed;
  }

  /** @throws CollaborationError why the room was closed, where it failed since it was opened */
  enter(member: RoomMember): void {
    this.#activity.checkOpen();
    this.members.add(member);
  }

  leave(member: RoomMember): void {
    this.#integrator.integrate();
    this.members.remove(member);
    this.#intake.remove(member);
    this.#emptySince = this.#services.clock.now();
  }

  /** An update on its way in. Its outcome reaches the member's sink or its connection's acknowledgements. */
  submit(submission: Submission): void {
    if (this.#activity.isClosed) {
      abandon(submission);
      return;
    }
    this.#integrator.add(submission);
    this.#services.tick.schedule(this);
  }

  /** Tells everyone in the room, but for `origin`, at the end of this tick. */
  announce(event: CollaborationEvent, origin: RoomMember | undefined): void {
    this.#tell(event, origin);
    this.#services.tick.schedule(this);
  }

  /**
   * Resolves when what arrived before is integrated, or will be delivered, and the document can be read. Usually at once.
   * @throws CollaborationError why the room was closed; so does the promise reject
   */
  whenReadable(): Promise<void> | undefined {
    this.#integrator.integrate();
    this.#activity.checkOpen();
    // What came in meanwhile is not integrated yet, or the room has failed instead.
    if (!this.#activity.isWhole) return this.#activity.busy?.then(() => this.whenReadable());
    if (this.#activity.busy !== undefined || !this.#content.isReleased) return undefined;
    return this.#activity.wait(this.#content.load(), 'unreadable').then(() => this.whenReadable());
  }

  /** Resolves when all that has arrived is integrated. @throws CollaborationError as `whenReadable` */
  async whenIntegrated(): Promise<void> {
    for (;;) {
      this.#activity.checkOpen();
      this.#integrator.integrate();
      if (this.busy !== undefined) await this.busy;
      else if (!this.#integrator.isIdle) await new Promise((resolve) => setImmediate(resolve));
      else return;
    }
  }

  /** What a sender waits for before it sends more. */
  get busy(): Promise<void> | undefined {
    return this.#activity.busy;
  }

  /** Whether what is in memory is what everyone was told, and no half of an update. */
  get isWhole(): boolean {
    return this.#activity.isWhole;
  }

  /** Encoding v1. Read it only when `whenReadable` says so. */
  get stateVector(): Uint8Array {
    return this.#content.stateVector;
  }

  /** Read it only when `whenReadable` says so. */
  get document(): CollaborativeDocument {
    return this.#content.document;
  }

  /** What somebody with this state vector lacks. @throws CollaborationError as `missingParts` */
  async missingUpdates(stateVector: Uint8Array): Promise<Uint8Array> {
    const [update = NO_CHANGE] = await this.#fromStored(missing(this, this.#services.worker, stateVector, 'one'));
    return update;
  }

  /**
   * The same as several updates in order, where that is cheaper; see `CollaborativeDocument.missingParts`.
   * @throws CollaborationError `invalid` when the state vector does not decode · as `whenReadable`
   */
  missingParts(stateVector: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#fromStored(missing(this, this.#services.worker, stateVector, 'parts'));
  }

  /** Whether an update adds nothing. @throws CollaborationError as `whenReadable` */
  repeats(scanned: ScannedUpdate): Promise<boolean> {
    return this.#fromStored(repeats(this, scanned));
  }

  /** Resolves when the document can be edited, or the room has failed. */
  warm(): Promise<void> {
    return this.busy ?? this.#activity.wait(this.#content.warm(), 'readable');
  }

  /** All updates of the document as one, in another thread. */
  merge(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#fromElsewhere(this.#content.mergedBy(this.#services.worker)(updates));
  }

  /** `repeats`, asked where the document is integrated. */
  repeatsElsewhere(scanned: ScannedUpdate): Promise<boolean> {
    return this.#fromElsewhere(this.#content.repeats(scanned));
  }

  endOfTick(): void {
    this.#integrator.integrate();
    this.#delivery.endOfTick();
  }

  /** Called from time to time. */
  maintain(now: number): void {
    this.#intake.expire(now);
    if (!this.#isQuiet || !this.#content.isUnused(now, this.#services.limits)) return;
    // Folded first, what is behind the snapshot does not have to be read update by update the next time.
    if (!this.#services.compactions.unedited(this.documentId)) this.#content.release();
  }

  /** Whether nobody has been here for `idle` milliseconds and nothing is under way. */
  isIdle(now: number, idle: number): boolean {
    return this.members.size === 0 && this.#isQuiet && now - this.#emptySince >= idle;
  }

  /** The document as it is now, once all of it is durable; none where it is not ready to be edited. */
  snapshot(compactor: DocumentWorker): Promise<Snapshot | undefined> | undefined {
    if (!this.#content.isEditable || !this.isWhole) return undefined;
    // What is on its way into the document has no sequence number yet.
    if (this.busy !== undefined) return this.busy.then(() => this.snapshot(compactor));
    const merge = this.#content.mergedBy(compactor);
    const snapshot = snapshotOf(this.#content.document, this.#intake.sequence, merge, this.#services);
    return this.#fromElsewhere(snapshot);
  }

  /** Whether this is what the room was opened with: the same condition and, of a damaged document, the same part. */
  isStill(loaded: LoadedDocument): boolean {
    return this.#content.isStill(loaded);
  }

  /** What is stored of the document turned out to be damaged. Opened anew, it is in quarantine. */
  damaged(cause: unknown): void {
    if (this.#activity.isClosed) return;
    this.#services.quarantine.suspect(this.documentId, cause);
    this.fail(
      new CollaborationError('unavailable', 'What is stored of the document is damaged; open it again.', cause),
    );
  }

  appendCommitted(record: LogRecord): void {
    this.#services.compactions.appended(record);
  }

  appendFailed(cause: unknown): void {
    const why = cause instanceof ConflictError ? 'The document was written elsewhere' : 'The store failed';
    this.fail(new CollaborationError('unavailable', `${why}; try again later.`, cause));
  }

  /** Lets go of everyone; the document is read anew from its log when it is opened again. */
  fail(why: CollaborationError): void {
    if (this.#activity.isClosed) return;
    this.close(why);
    this.#onFailure(this);
    for (const member of this.members.all) member.sink.end(why);
  }

  close(why = new CollaborationError('unavailable', 'The document was closed; try again.')): void {
    if (this.#activity.isClosed) return;
    this.#activity.close(why);
    this.#integrator.abandon();
    this.#intake.abandon();
    this.#delivery.stop();
    this.#content.close();
  }

  /** The end of the tick is coming already, or is now. */
  #tell(event: CollaborationEvent, origin: RoomMember | undefined): void {
    this.#delivery.add(event, origin);
    this.#services.events.publish(event);
  }

  get #isQuiet(): boolean {
    return this.#activity.isReady && this.#integrator.isIdle && this.#intake.isSettled;
  }

  /** What was waited for has failed: there is no document to go on with. */
  #unreadable(cause: unknown): void {
    if (CollaborationError.from(cause).kind === 'damaged') this.damaged(cause);
    this.fail(new CollaborationError('unavailable', 'The document could not be read again.', cause));
  }

  #failed(error: CollaborationError): void {
    if (error.kind === 'damaged') this.damaged(error);
    else this.fail(error);
  }

  /** @throws CollaborationError `unavailable` where what is stored turns out to be damaged, and the room is closed */
  async #fromStored<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (cause) {
      if (CollaborationError.from(cause).kind !== 'damaged') throw cause;
      this.damaged(cause);
      // With why the room was closed.
      this.#activity.checkOpen();
      throw cause;
    }
  }

  /** What fails for want of the thread that has the document: it is read again, so that it does not fail for ever. */
  async #fromElsewhere<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (cause) {
      if (this.#activity.isReady && this.#content.isLost) {
        void this.#activity.wait(this.#integrator.recover([]), 'unreadable');
      }
      throw cause;
    }
  }
}

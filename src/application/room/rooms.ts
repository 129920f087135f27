import { randomInt } from 'node:crypto';
import { Presence } from '../../domain/entities/presence.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { UserAwarenessUpdated } from '../../domain/events.ts';
import type { LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { Room } from './room.ts';
import type { RoomServices } from './room-services.ts';
import type { Gathering } from './tick.ts';

const UINT32 = 2 ** 32;

/**
 * The live documents of this node. One load of a document at a time; a room is let go of only when everything in it is
 * durable, so that opening it again finds all of it.
 */
export class Rooms implements Gathering {
  readonly #services: RoomServices;
  readonly #open = new Map<string, Room>();
  readonly #opening = new Map<string, Promise<Room>>();
  readonly #deleting = new Map<string, Promise<void>>();
  /** Those that nobody was in when they were opened or last left, the longest ago first. */
  readonly #vacant = new Set<Room>();
  #state: 'open' | 'closed' = 'open';

  constructor(services: RoomServices) {
    this.#services = services;
  }

  get size(): number {
    return this.#open.size;
  }

  get all(): readonly Room[] {
    return [...this.#open.values()];
  }

  /** The room of a document where it is open on this node. */
  find(documentId: DocumentId): Room | undefined {
    return this.#open.get(documentId.value);
  }

  /**
   * Opens the document, once for everyone who asks. One that is damaged is looked at again from time to time.
   * @throws CollaborationError `damaged` when nothing of it can be read · `unavailable` when it cannot be loaded, or the
   * server is about to stop; the next call tries again
   */
  async open(documentId: DocumentId): Promise<Room> {
    const key = documentId.value;
    const room = this.#open.get(key);
    if (room !== undefined && !this.#services.quarantine.isDue(documentId)) return readable(room);
    if (this.#state === 'closed') throw new CollaborationError('unavailable', 'The server is about to stop.');
    const deleting = this.#deleting.get(key);
    if (deleting !== undefined) {
      await deleting.catch(() => undefined);
      return await this.open(documentId);
    }
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#load(documentId).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return readable(await opening);
  }

  /**
   * Deletes a document for good. Its sessions end with `why`; whoever opens it meanwhile waits, and finds nothing.
   * @throws CollaborationError `unavailable` when the store fails: then it may still be there
   */
  delete(documentId: DocumentId, why: CollaborationError): Promise<void> {
    const key = documentId.value;
    let deleting = this.#deleting.get(key);
    if (deleting === undefined) {
      deleting = this.#delete(documentId, why).finally(() => this.#deleting.delete(key));
      this.#deleting.set(key, deleting);
    }
    return deleting;
  }

  /** Nobody is in a room any more: of those only so many are kept. */
  vacated(room: Room): void {
    if (this.#open.get(room.documentId.value) !== room) return;
    this.#vacant.delete(room);
    this.#vacant.add(room);
    // Later: whoever has it opened is about to enter it.
    if (this.#vacant.size > this.#services.limits.maxVacantDocuments) this.#services.tick.schedule(this);
  }

  /** Lets go of rooms that nobody is in, where there are too many. */
  endOfTick(): void {
    const { limits, clock, metrics } = this.#services;
    for (const each of this.#vacant) {
      if (this.#vacant.size <= limits.maxVacantDocuments) return;
      if (each.members.size > 0) this.#vacant.delete(each);
      else if (each.isIdle(clock.now(), 0)) {
        metrics.limitReached('MAX_VACANT_DOCUMENTS');
        this.#release(each);
      }
    }
  }

  /** Lets go of rooms that nobody was in for `idle` milliseconds, and of updates that waited too long. */
  maintain(idle: number): void {
    const { clock, compactions } = this.#services;
    const now = clock.now();
    for (const room of this.#open.values()) {
      room.maintain(now);
      if (room.isIdle(now, idle) && !compactions.unedited(room.documentId)) this.#release(room);
    }
  }

  /** y-protocols clients drop a state that was not renewed for 30 s; gRPC and JSON clients do not renew theirs. */
  renewPresence(): void {
    const now = this.#services.clock.now();
    for (const room of this.#open.values()) {
      for (const { sessionId, changes } of room.presence.renew()) {
        const member = room.members.bySession(sessionId);
        if (member === undefined) continue;
        room.announce(new UserAwarenessUpdated(member.session, now, changes, 'renewed'), member);
      }
    }
  }

  /** Integrates what has arrived and waits until it is durable. No room opens after it. */
  async close(): Promise<void> {
    this.#state = 'closed';
    // One that cannot be read again has told its clients; the others are not to be lost with it.
    await Promise.allSettled(this.all.map((room) => room.whenIntegrated()));
    await this.#services.journal.close();
  }

  async #load(documentId: DocumentId): Promise<Room> {
    const { quarantine, journal, documents } = this.#services;
    // What the room that was closed has on its way to the log would otherwise come behind what is read.
    if (quarantine.isSuspected(documentId)) await journal.committed(documentId).catch(() => undefined);
    quarantine.looking(documentId);
    const before = this.#open.get(documentId.value);
    if (before === undefined) return this.#make(documentId, await documents.getOrCreate(documentId));
    const loaded = await documents.getOrCreate(documentId).catch(() => undefined);
    if (before.isOpen && (loaded === undefined || before.isStill(loaded))) return before;
    before.fail(new CollaborationError('unavailable', 'What is stored of the document was repaired; open it again.'));
    return this.#make(documentId, loaded ?? (await documents.getOrCreate(documentId)));
  }

  #make(documentId: DocumentId, loaded: LoadedDocument): Room {
    const presence = new Presence(this.#services.limits.maxAwarenessStates, () => randomInt(1, UINT32));
    const room = new Room(loaded, presence, this.#services, (failed) => this.#release(failed));
    this.#open.set(documentId.value, room);
    if (loaded.kind === 'intact') this.#services.compactions.opened(documentId, loaded.tail, room);
    this.vacated(room);
    return room;
  }

  async #delete(documentId: DocumentId, why: CollaborationError): Promise<void> {
    const { documents, journal, compactions } = this.#services;
    await this.#opening.get(documentId.value)?.catch(() => undefined);
    this.#open.get(documentId.value)?.fail(why);
    // What of it is on its way to the log would otherwise come behind the deletion. Where the store fails, so does that.
    await journal.committed().catch(() => undefined);
    await compactions.forget(documentId);
    await documents.delete(documentId);
  }

  #release(room: Room): void {
    const key = room.documentId.value;
    this.#vacant.delete(room);
    if (this.#open.get(key) === room) {
      this.#open.delete(key);
      this.#services.compactions.closed(room.documentId);
    }
    room.close();
  }
}

/** @throws CollaborationError `damaged` when nothing of it can be read */
function readable(room: Room): Room {
  const { condition } = room;
  if (condition.kind === 'quarantined' && condition.readable === 'nothing') throw condition.notice;
  return room;
}

import type { WireFormat } from '../../application/ports/wire-format.ts';
import type { RoomBatch } from '../../application/room/room-batch.ts';
import type { RoomMember } from '../../application/room/room-member.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { Outbox } from './outbox.ts';

/** `lagging`: the client was sent everything up to this state vector, and nothing since. */
type Delivery = { readonly kind: 'live' } | { readonly kind: 'lagging'; readonly stateVector: Uint8Array };

const LIVE: Delivery = { kind: 'live' };

/**
 * Delivers a room's batches to one session. When the connection does not keep up, awareness is dropped first, then
 * updates; once it has drained, one update brings everything that was dropped.
 */
export class MemberOutbox {
  readonly #outbox: Outbox;
  readonly #format: WireFormat;
  readonly #catchUp: (member: RoomMember, update: Uint8Array) => void;
  #delivery: Delivery = LIVE;

  /**
   * @param catchUp sends the client all that it lacks, which is `update`, and every presence state: it is called when
   * the outbox has drained after an overflow.
   */
  constructor(outbox: Outbox, format: WireFormat, catchUp: (member: RoomMember, update: Uint8Array) => void) {
    this.#outbox = outbox;
    this.#format = format;
    this.#catchUp = catchUp;
  }

  deliver(batch: RoomBatch, member: RoomMember): void {
    if (this.#delivery.kind === 'lagging') return;
    const { congestion } = this.#outbox;
    const selection = congestion === 'flowing' ? 'everything' : 'without-awareness';
    const encoded = batch.encodedFor(member, this.#format, selection);
    if (encoded.messages.length > 0) this.#outbox.write(encoded);
    // This batch still went out, so the document's state vector says exactly what the client was sent; not so while the
    // room recovers, when the document may hold half of an update.
    if (congestion === 'full' && member.room.isWhole) this.#lag(member);
  }

  #lag(member: RoomMember): void {
    if (!member.room.isOpen) return;
    this.#delivery = { kind: 'lagging', stateVector: member.room.stateVector };
    this.#outbox.leaveOut(() => this.#drained(member));
  }

  #drained(member: RoomMember): void {
    const { room } = member;
    const delivery = this.#delivery;
    if (delivery.kind === 'live' || !isThere(member)) return;
    // What is delivered from here on reaches the client, before or after what it lacks: updates commute.
    this.#delivery = LIVE;
    room.missingUpdates(delivery.stateVector).then(
      (update) => {
        if (isThere(member)) this.#catchUp(member, update);
      },
      // Where the room has failed, it ends its sessions itself; else what was asked for cannot be had.
      (cause: unknown) => member.sink.end(CollaborationError.from(cause)),
    );
  }
}

function isThere(member: RoomMember): boolean {
  return member.room.isOpen && member.room.members.bySession(member.session.sessionId) === member;
}

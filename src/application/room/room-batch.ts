import type { CollaborationEvent } from '../../domain/events.ts';
import type { WireFormat } from '../ports/wire-format.ts';
import type { RoomMember } from './room-member.ts';

/** Which events of a batch go out: a congested connection gets no awareness. */
export type Selection = 'everything' | 'without-awareness';

/** Bytes to send, piece by piece, and in one piece for a transport that is a stream of bytes. */
export class EncodedBatch {
  readonly messages: readonly Uint8Array[];
  #joined: Uint8Array | undefined;

  constructor(messages: readonly Uint8Array[]) {
    this.messages = messages;
  }

  get joined(): Uint8Array {
    const [only] = this.messages;
    this.#joined ??= this.messages.length === 1 && only !== undefined ? only : Buffer.concat(this.messages);
    return this.#joined;
  }
}

interface Entry {
  readonly event: CollaborationEvent;
  readonly origin: RoomMember | undefined;
}

/** What happened in a room within one tick. Encoded once a protocol, the same bytes for every member. */
export class RoomBatch {
  readonly #entries: Entry[] = [];
  readonly #origins = new Set<RoomMember>();
  readonly #shared = new Map<WireFormat, Map<Selection, EncodedBatch>>();
  /** What the member before was sent: mostly what the next one is sent. */
  #last: { readonly format: WireFormat; readonly selection: Selection; readonly encoded: EncodedBatch } | undefined;

  add(event: CollaborationEvent, origin: RoomMember | undefined): void {
    this.#entries.push({ event, origin });
    if (origin !== undefined) this.#origins.add(origin);
  }

  /** Number of events. */
  get size(): number {
    return this.#entries.length;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** What `member` is to be sent: the shared bytes, or bytes of its own where it caused some of it. */
  encodedFor(member: RoomMember, format: WireFormat, selection: Selection = 'everything'): EncodedBatch {
    return this.#origins.has(member) ? this.#select(format, selection, member) : this.#sharedBytes(format, selection);
  }

  #sharedBytes(format: WireFormat, selection: Selection): EncodedBatch {
    if (this.#last?.format === format && this.#last.selection === selection) return this.#last.encoded;
    let selections = this.#shared.get(format);
    if (selections === undefined) {
      selections = new Map();
      this.#shared.set(format, selections);
    }
    let encoded = selections.get(selection);
    if (encoded === undefined) {
      encoded = this.#select(format, selection, undefined);
      selections.set(selection, encoded);
    }
    this.#last = { format, selection, encoded };
    return encoded;
  }

  #select(format: WireFormat, selection: Selection, member: RoomMember | undefined): EncodedBatch {
    const events: CollaborationEvent[] = [];
    for (const { event, origin } of this.#entries) {
      if (selection === 'without-awareness' && event.eventType === 'UserAwarenessUpdated') continue;
      if (member !== undefined && origin === member && !format.echoes(event)) continue;
      events.push(event);
    }
    return new EncodedBatch(format.encode(events));
  }
}

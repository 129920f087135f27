import type { WireFormat } from '../../../../application/ports/wire-format.ts';
import type { Room } from '../../../../application/room/room.ts';
import type { PresenceChange } from '../../../../domain/entities/presence-state.ts';
import type { CollaborationEvent } from '../../../../domain/events.ts';
import { serverFrame } from '../../framing.ts';
import { awarenessUpdate } from '../awareness-update.ts';
import { SyncFramer } from '../sync-framer.ts';
import { updateFrames, updatePieces } from '../update-frames.ts';
import { NamedFrames } from './hocuspocus-codec.ts';

/** How Hocuspocus spells events of a document, under one name. Awareness is echoed to its sender, as its server does it. */
export class HocuspocusFormat implements WireFormat {
  readonly frames: NamedFrames;
  readonly #updateHead: Uint8Array;
  readonly #syncFramer: SyncFramer;

  constructor(name: string) {
    this.frames = new NamedFrames(name);
    this.#updateHead = this.frames.updateHead();
    this.#syncFramer = new SyncFramer({ step2: this.frames.step2Head(), update: this.#updateHead });
  }

  /** Updates first, and all in one piece; then the rest in its order. */
  encode(events: readonly CollaborationEvent[]): readonly Uint8Array[] {
    const updates: Uint8Array[] = [];
    const pieces: Uint8Array[] = [];
    for (const event of events) {
      if (event.eventType === 'DocumentUpdated') updates.push(event.update);
      else if (event.eventType === 'UserAwarenessUpdated') pieces.push(this.awareness(event.changes));
      else if (event.eventType === 'StatelessMessageSent') {
        pieces.push(serverFrame(this.frames.stateless(event.payload), 'binary'));
      }
    }
    if (updates.length > 0) pieces.unshift(this.updates(updates));
    return pieces;
  }

  echoes(event: CollaborationEvent): boolean {
    return event.eventType === 'UserAwarenessUpdated';
  }

  updates(updates: readonly Uint8Array[]): Buffer {
    return updateFrames(updates, this.#updateHead);
  }

  awareness(changes: readonly PresenceChange[]): Buffer {
    return serverFrame(this.frames.awareness(awarenessUpdate(changes)), 'binary');
  }

  /** One update, to be written piece by piece, in order. */
  pieces(update: Uint8Array): readonly Uint8Array[] {
    return updatePieces([update], this.#updateHead);
  }

  /** The answer to a sync step 1, to be written piece by piece, in order. */
  parts(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#syncFramer.frames(parts);
  }
}

const shared = new WeakMap<Room, HocuspocusFormat>();

/** One format for all sessions that call the document by its id: what it encodes is sent to all of them. */
export function formatFor(room: Room, name: string): HocuspocusFormat {
  if (name !== room.documentId.value) return new HocuspocusFormat(name);
  let format = shared.get(room);
  if (format === undefined) {
    format = new HocuspocusFormat(name);
    shared.set(room, format);
  }
  return format;
}

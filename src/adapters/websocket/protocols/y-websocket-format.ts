import type { WireFormat } from '../../../application/ports/wire-format.ts';
import type { PresenceChange } from '../../../domain/entities/presence-state.ts';
import type { CollaborationEvent } from '../../../domain/events.ts';
import { serverFrame } from '../framing.ts';
import { awarenessUpdate } from './awareness-update.ts';
import { updateFrames } from './update-frames.ts';
import { encodeAwarenessFrame, UPDATE_HEAD } from './y-websocket-codec.ts';

/**
 * How the y-websocket protocol spells events of a document. Awareness is echoed to its sender: the provider closes a
 * socket on which it hears nothing. An update is echoed too, but later, as its acknowledgement.
 */
export const Y_WEBSOCKET_FORMAT: WireFormat = {
  encode: (events) => {
    const updates: Uint8Array[] = [];
    const pieces: Uint8Array[] = [];
    for (const event of events) {
      if (event.eventType === 'DocumentUpdated') updates.push(event.update);
      else if (event.eventType === 'UserAwarenessUpdated') pieces.push(awarenessFrame(event.changes));
    }
    if (updates.length > 0) pieces.unshift(updateFrames(updates, UPDATE_HEAD));
    return pieces;
  },
  echoes: (event: CollaborationEvent) => event.eventType === 'UserAwarenessUpdated',
};

export function awarenessFrame(changes: readonly PresenceChange[]): Buffer {
  return serverFrame(encodeAwarenessFrame(awarenessUpdate(changes)), 'binary');
}

import type { WireFormat } from '../../../application/ports/wire-format.ts';
import { encodeAwareness } from '../../../domain/codecs/awareness.ts';
import type { PresenceChange } from '../../../domain/entities/presence-state.ts';
import { serverFrame } from '../framing.ts';
import { encodeAwarenessFrame, encodeUpdate } from './y-websocket-codec.ts';

/**
 * How the y-websocket protocol spells events of a document. Awareness is echoed to its sender: the provider closes a
 * socket on which it hears nothing. An update is echoed too, but later, as its acknowledgement.
 */
export const Y_WEBSOCKET_FORMAT: WireFormat = {
  encode: (event) => {
    switch (event.eventType) {
      case 'DocumentUpdated':
        return [updateFrame(event.update)];
      case 'UserAwarenessUpdated':
        return [awarenessFrame(event.changes)];
      case 'UserJoinedDocument':
      case 'UserLeftDocument':
      case 'SessionExpired':
      case 'SyncRequested':
        return [];
    }
  },
  echoes: (event) => event.eventType === 'UserAwarenessUpdated',
};

export function updateFrame(update: Uint8Array): Buffer {
  return serverFrame(encodeUpdate(update), 'binary');
}

export function awarenessFrame(changes: readonly PresenceChange[]): Buffer {
  const entries = changes.map(({ yjsClientId, clock, state }) => ({ clientId: yjsClientId, clock, state }));
  return serverFrame(encodeAwarenessFrame(encodeAwareness(entries)), 'binary');
}

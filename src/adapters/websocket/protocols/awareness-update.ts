import { encodeAwareness } from '../../../domain/codecs/awareness.ts';
import type { PresenceChange } from '../../../domain/entities/presence-state.ts';

/** As y-protocols has it; see domain/codecs/awareness.ts. */
export function awarenessUpdate(changes: readonly PresenceChange[]): Uint8Array {
  return encodeAwareness(changes.map(({ yjsClientId, clock, state }) => ({ clientId: yjsClientId, clock, state })));
}

import type { CollaborationEvent } from '../../domain/events.ts';

/**
 * Encodes events one by one, each once, also when several clients get different selections of them: those who wrote in
 * a tick are not sent what they wrote.
 */
export function encodeOnce(
  encode: (event: CollaborationEvent) => readonly Uint8Array[],
): (events: readonly CollaborationEvent[]) => readonly Uint8Array[] {
  const known = new WeakMap<CollaborationEvent, readonly Uint8Array[]>();
  const once = (event: CollaborationEvent) => {
    let messages = known.get(event);
    if (messages === undefined) {
      messages = encode(event);
      known.set(event, messages);
    }
    return messages;
  };
  return (events) => events.flatMap(once);
}

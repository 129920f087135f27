import { decodeAwareness } from '../../../../domain/codecs/awareness.ts';
import type { HocuspocusMessage } from './hocuspocus-codec.ts';

/** More than one state ends in a message that a provider sends when it goes. */
const ANY = { maxEntries: 10_000, maxStateBytes: 1_024 } as const;

/**
 * Whether a message only ends awareness states: providers of version 2 send one more of these behind their Close, and it
 * must not open the document again.
 */
export function saysNothing(message: HocuspocusMessage): boolean {
  if (message.type !== 'awareness') return false;
  try {
    return decodeAwareness(message.update, ANY).every(({ state }) => state === 'null');
  } catch {
    return false;
  }
}

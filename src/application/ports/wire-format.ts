import type { CollaborationEvent } from '../../domain/events.ts';

/**
 * How one protocol spells the events of a document. One object a protocol: what it encodes is kept by its identity and
 * shared by every connection that speaks it.
 */
export interface WireFormat {
  /** The messages that tell a client of the event, each ready for the transport; none where the protocol has none. */
  encode(event: CollaborationEvent): readonly Uint8Array[];
  /** Whether the client that caused the event is told of it like the others. */
  echoes(event: CollaborationEvent): boolean;
}

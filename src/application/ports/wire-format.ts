import type { CollaborationEvent } from '../../domain/events.ts';

/**
 * How one protocol spells the events of a document. One object a protocol: what it encodes is kept by its identity and
 * shared by every connection that speaks it.
 */
export interface WireFormat {
  /**
   * What tells a client of the events, in their order, ready for the transport; none where the protocol has no message
   * for them. For a transport that is a stream of bytes, many messages may stand in one piece.
   */
  encode(events: readonly CollaborationEvent[]): readonly Uint8Array[];
  /** Whether the client that caused the event is told of it like the others. */
  echoes(event: CollaborationEvent): boolean;
}

import { randomUUID } from 'node:crypto';
import type { CollaborationError } from '../../domain/errors.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { AcknowledgementQueue } from '../connection/acknowledgements.ts';
import { ClientConnection } from '../connection/client-connection.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { SessionSink } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';
import { handleDocumentUpdate } from './handle-document-update.ts';
import { joinDocument } from './join-document.ts';
import { disconnect } from './leave-document.ts';

/**
 * Writes one update for somebody who has no session and wants none; resolves when it is durable.
 * @param update Yjs update, encoding v1; kept
 * @throws CollaborationError as `joinDocument` and `handleDocumentUpdate` · `invalid` when it does not integrate, or what
 * it needs is not there and does not come · `unavailable`
 */
export async function writeDocument(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
  update: Uint8Array,
): Promise<void> {
  const outcome = new Outcome();
  const connection = new ClientConnection(randomUUID(), principal, new AcknowledgementQueue(() => outcome.durable()));
  try {
    const clientId = ClientId.parse(connection.id);
    const sink = sinkOf((error) => outcome.refused(error));
    const member = await joinDocument(context, { connection, documentId, clientId, profile: undefined, sink });
    await Promise.all([handleDocumentUpdate(context, member, update), outcome.known]);
  } finally {
    disconnect(context, connection);
  }
}

/** What becomes of the update. */
class Outcome {
  durable: () => void = () => undefined;
  refused: (error: CollaborationError) => void = () => undefined;
  readonly known = new Promise<void>((resolve, reject) => {
    this.durable = resolve;
    this.refused = reject;
  });
}

/** Nobody is told of anything but that the update was not taken. */
function sinkOf(refuse: (error: CollaborationError) => void): SessionSink {
  const ignore = () => undefined;
  return { deliver: ignore, requestSync: ignore, refuse, end: refuse };
}

import type { RoomMember } from '../../application/room/room-member.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Conversation } from './conversation.ts';
import { GrpcSession } from './grpc-session.ts';
import type { ClientMessage, JoinDocument, Undecodable } from './messages.ts';
import { ownBytes } from './own-bytes.ts';
import { syncResponseMessage } from './server-messages.ts';

/** Whose message it is. */
interface Sender {
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
}

/**
 * Does what a message asks for.
 * @returns a promise where the next message has to wait for this one; it may reject like the call may throw.
 * @throws CollaborationError
 */
export function handleMessage(
  conversation: Conversation,
  message: ClientMessage | Undecodable,
): Promise<void> | undefined {
  if (message.message_type === 'undecodable') throw new CollaborationError('invalid', 'This is no ClientMessage.');
  const { collaboration } = conversation.services;
  const sender = { documentId: DocumentId.parse(message.document_id), clientId: ClientId.parse(message.client_id) };
  const member = conversation.connection.member(sender.documentId.value, sender.clientId.value);
  switch (message.message_type) {
    case 'join_document':
      refuseSpent(conversation);
      return join(conversation, sender, message.join_document);
    case 'sync_request':
      refuseSpent(conversation);
      return sync(conversation, required(member), message.sync_request.state_vector);
    case 'update':
      refuseSpent(conversation);
      return collaboration.handleDocumentUpdate(required(member), ownBytes(message.update.update_data));
    case 'awareness': {
      refuseSpent(conversation);
      const { awareness_state: awarenessState, user_info: userInfo } = message.awareness;
      collaboration.handleAwarenessUpdate(required(member), { kind: 'json', awarenessState, userInfo });
      return undefined;
    }
    case 'heartbeat':
      if (member !== undefined) collaboration.handleHeartbeat(member);
      return undefined;
    case 'leave_document':
      if (member !== undefined) collaboration.leaveDocument(member);
      return undefined;
    case undefined:
      throw new CollaborationError('invalid', 'A message has no message_type.');
  }
}

async function join(conversation: Conversation, { documentId, clientId }: Sender, asked: JoinDocument): Promise<void> {
  const { connection, services } = conversation;
  const sink = new GrpcSession(conversation, documentId.value, clientId.value);
  const profile = {
    userId: asked.user_id,
    userName: asked.user_name,
    userColor: asked.user_color,
    userMetadata: asked.user_metadata,
  };
  const member = await services.collaboration.joinDocument({ connection, documentId, clientId, profile, sink });
  // Nobody would end the session of a stream that ended while the document was loaded.
  if (!conversation.isOpen) return services.collaboration.leaveDocument(member, 'Disconnected');
  await member.room.whenReadable();
  // Where the room has failed meanwhile, it has told the client and ended the session.
  if (connection.member(documentId.value, clientId.value) === member) await sink.open(member);
}

async function sync(conversation: Conversation, member: RoomMember, stateVector: Uint8Array): Promise<void> {
  const { limits, collaboration, clock } = conversation.services;
  if (stateVector.byteLength > limits.maxMessageBytes) {
    throw new CollaborationError('too-large', `A state vector may have ${limits.maxMessageBytes} bytes.`);
  }
  const { update } = await collaboration.getSyncData(member, stateVector);
  conversation.outbox.writeOne(syncResponseMessage(member.session.documentId.value, update, clock.now()));
}

function required(member: RoomMember | undefined): RoomMember {
  if (member !== undefined) return member;
  throw new CollaborationError('not-found', 'This client has no session of this document on this stream: join first.');
}

function refuseSpent({ hasSpentFaults }: Conversation): void {
  if (!hasSpentFaults) return;
  throw new CollaborationError('rate-limited', 'Too many damaged or oversized messages; try again in a minute.');
}

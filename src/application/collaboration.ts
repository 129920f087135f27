import type { CollaborationSession, SessionStatus } from '../domain/entities/collaboration-session.ts';
import type { DocumentId } from '../domain/value-objects/document-id.ts';
import type { UserId } from '../domain/value-objects/user-id.ts';
import type { ClientConnection } from './connection/client-connection.ts';
import type { Principal } from './ports/authenticator.ts';
import type { RoomMember } from './room/room-member.ts';
import { checkAccess, type GrantedAccess } from './use-cases/check-access.ts';
import { cleanupExpiredSessions } from './use-cases/cleanup-expired-sessions.ts';
import type { UseCaseContext } from './use-cases/context.ts';
import { deleteDocument } from './use-cases/delete-document.ts';
import { getActiveUsers } from './use-cases/get-active-users.ts';
import { type DocumentState, getDocumentState } from './use-cases/get-document-state.ts';
import { getSyncData, getSyncParts, peekSyncData, type SyncData } from './use-cases/get-sync-data.ts';
import { getUserSessions } from './use-cases/get-user-sessions.ts';
import { type AwarenessMessage, handleAwarenessUpdate } from './use-cases/handle-awareness-update.ts';
import { handleDocumentUpdate } from './use-cases/handle-document-update.ts';
import { handleHeartbeat, handleTransportAlive } from './use-cases/handle-heartbeat.ts';
import { identifySession } from './use-cases/identify-session.ts';
import { type JoinDocument, joinDocument } from './use-cases/join-document.ts';
import { disconnect, leaveDocument } from './use-cases/leave-document.ts';
import type { SaidProfile } from './use-cases/own-profile.ts';
import { refreshToken } from './use-cases/refresh-token.ts';
import { broadcastStateless, sendStateless } from './use-cases/send-stateless.ts';
import { writeDocument } from './use-cases/write-document.ts';

/** What the server does, for every door: one method a use case. */
export class Collaboration {
  readonly #context: UseCaseContext;

  constructor(context: UseCaseContext) {
    this.#context = context;
  }

  joinDocument(join: JoinDocument): Promise<RoomMember> {
    return joinDocument(this.#context, join);
  }

  identifySession(member: RoomMember, profile: SaidProfile): void {
    identifySession(this.#context, member, profile);
  }

  leaveDocument(member: RoomMember, status: SessionStatus = 'Offline'): void {
    leaveDocument(this.#context, member, status);
  }

  refreshToken(connection: ClientConnection, principal: Principal): Promise<void> {
    return refreshToken(this.#context, connection, principal);
  }

  disconnect(connection: ClientConnection): void {
    disconnect(this.#context, connection);
  }

  handleDocumentUpdate(member: RoomMember, update: Uint8Array): Promise<void> | undefined {
    return handleDocumentUpdate(this.#context, member, update);
  }

  handleAwarenessUpdate(member: RoomMember, message: AwarenessMessage): void {
    handleAwarenessUpdate(this.#context, member, message);
  }

  sendStateless(member: RoomMember, payload: string): void {
    sendStateless(this.#context, member, payload);
  }

  broadcastStateless(principal: Principal, documentId: DocumentId, payload: string): Promise<void> {
    return broadcastStateless(this.#context, principal, documentId, payload);
  }

  handleHeartbeat(member: RoomMember): void {
    handleHeartbeat(this.#context, member);
  }

  handleTransportAlive(connection: ClientConnection): void {
    handleTransportAlive(this.#context, connection);
  }

  getSyncData(member: RoomMember, stateVector: Uint8Array): Promise<SyncData> {
    return getSyncData(this.#context, member, stateVector);
  }

  getSyncParts(member: RoomMember, stateVector: Uint8Array): Promise<readonly Uint8Array[]> {
    return getSyncParts(this.#context, member, stateVector);
  }

  /** @throws CollaborationError as `checkAccess` */
  async accessTo(principal: Principal, documentId: DocumentId): Promise<GrantedAccess> {
    return checkAccess(this.#context, principal, documentId);
  }

  writeDocument(principal: Principal, documentId: DocumentId, update: Uint8Array): Promise<void> {
    return writeDocument(this.#context, principal, documentId, update);
  }

  deleteDocument(principal: Principal, documentId: DocumentId): Promise<void> {
    return deleteDocument(this.#context, principal, documentId);
  }

  peekSyncData(principal: Principal, documentId: DocumentId, stateVector: Uint8Array): Promise<SyncData> {
    return peekSyncData(this.#context, principal, documentId, stateVector);
  }

  getDocumentState(principal: Principal, documentId: DocumentId): Promise<DocumentState> {
    return getDocumentState(this.#context, principal, documentId);
  }

  /** Whoever asks is in the document already. */
  getActiveUsers(documentId: DocumentId): readonly CollaborationSession[] {
    return getActiveUsers(this.#context, documentId);
  }

  /** @throws CollaborationError as `checkAccess` */
  async peekActiveUsers(principal: Principal, documentId: DocumentId): Promise<readonly CollaborationSession[]> {
    await checkAccess(this.#context, principal, documentId);
    return getActiveUsers(this.#context, documentId);
  }

  countActiveUsers(documentId: DocumentId): number {
    return this.#context.sessions.countActiveUsers(documentId);
  }

  getUserSessions(principal: Principal, userId: UserId): Promise<readonly CollaborationSession[]> {
    return getUserSessions(this.#context, principal, userId);
  }

  cleanupExpiredSessions(timeout: number): number {
    return cleanupExpiredSessions(this.#context, timeout);
  }
}

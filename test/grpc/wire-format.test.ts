import { describe, expect, it } from 'vitest';
import { GrpcWireFormat } from '../../src/adapters/grpc/grpc-wire-format.ts';
import { collaborationService } from '../../src/adapters/grpc/proto.ts';
import { acknowledgementMessage, errorMessage } from '../../src/adapters/grpc/server-messages.ts';
import { AcknowledgementQueue } from '../../src/application/connection/acknowledgements.ts';
import { ClientConnection } from '../../src/application/connection/client-connection.ts';
import { RoomBatch } from '../../src/application/room/room-batch.ts';
import type { RoomMember } from '../../src/application/room/room-member.ts';
import { CollaborationSession } from '../../src/domain/entities/collaboration-session.ts';
import type { PresenceChange } from '../../src/domain/entities/presence-state.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import {
  DocumentUpdated,
  SessionExpired,
  SyncRequested,
  UserAwarenessUpdated,
  UserJoinedDocument,
  UserLeftDocument,
} from '../../src/domain/events.ts';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { parseProfile } from '../../src/domain/value-objects/user-profile.ts';
import { principalOf } from '../support/principals.ts';

const NOW = 1000;
const LIMITS = { maxNameLength: 100, maxMetadataEntries: 4, maxMetadataLength: 100 };

function sessionOf(userName = 'n'): CollaborationSession {
  return new CollaborationSession({
    sessionId: 's',
    documentId: DocumentId.parse('doc'),
    clientId: ClientId.parse('c'),
    identity: 'named',
    profile: parseProfile({ userId: 'u', userName, userColor: '#f', userMetadata: { k: 'v' } }, LIMITS),
    now: NOW,
  });
}

/** Pieces of one message, in hexadecimal. */
const bytes = (...pieces: readonly string[]) => pieces.join('');
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
/** document_id (1) `doc`, timestamp (2) 1000. */
const HEAD = '0a03646f6310e807';

function shown(awarenessState: string, userInfo = '{}'): PresenceChange {
  return { clientId: 'c', yjsClientId: 7, clock: 1, state: awarenessState, userInfo, awarenessState };
}

describe('gRPC wire format', () => {
  const format = new GrpcWireFormat();

  it('[GRPC5] spells an update: update_data, origin_client_id, sequence_number', () => {
    const [message] = format.encode([new DocumentUpdated(sessionOf(), NOW, Uint8Array.of(0, 0), 300)]);
    expect(hex(message)).toBe(bytes(`${HEAD}220a`, '0a020000', '120163', '18ac02'));
  });

  it('[GRPC6] spells an acknowledgement without data', () => {
    const queue = new AcknowledgementQueue(() => undefined);
    const ticket = { ...queue.open('doc', 'c', Uint8Array.of(0, 0)), sequence: 300 };
    expect(hex(acknowledgementMessage(ticket, NOW))).toBe(bytes(`${HEAD}2206`, '120163', '18ac02'));
  });

  it('[GRPC2] spells user_joined and user_left', () => {
    const [joined] = format.encode([new UserJoinedDocument(sessionOf(), NOW)]);
    const [left] = format.encode([new UserLeftDocument(sessionOf(), NOW)]);
    expect(hex(joined)).toBe(bytes(HEAD, '3215', '0a0175', '12016e', '1a022366', '220163', '2a06', '0a016b', '120176'));
    expect(hex(left)).toBe(bytes(`${HEAD}3a06`, '0a0175', '120163'));
  });

  it('[GRPC15] spells each awareness change as a message of its own, and a state that ended as null', () => {
    const messages = format.encode([new UserAwarenessUpdated(sessionOf(), NOW, [shown('{}'), shown('null')])]);
    const expected = (state: string) => bytes(HEAD, '2a', state);
    expect(messages.map(hex)).toEqual([
      expected(bytes('0e', '0a0163', '12027b7d', '1a027b7d', '20e807')),
      expected(bytes('10', '0a0163', '12027b7d', '1a046e756c6c', '20e807')),
    ]);
  });

  it('[GRPC15] says nothing of a state that was only renewed', () => {
    expect(format.encode([new UserAwarenessUpdated(sessionOf(), NOW, [shown('{}')], 'renewed')])).toEqual([]);
  });

  it('has no message for what the contract does not tell others', () => {
    expect(format.encode([new SessionExpired(sessionOf(), NOW)])).toEqual([]);
    expect(format.encode([new SyncRequested(sessionOf(), NOW)])).toEqual([]);
  });

  it('[GRPC9] spells an error by the catalogue', () => {
    const error = new CollaborationError('invalid', 'x');
    expect(hex(errorMessage('doc', error, NOW))).toBe(bytes(`${HEAD}4208`, '089003', '120178', '1804'));
  });

  it('[GRPC17] puts U+FFFD where a text is no well-formed Unicode, which protobuf cannot say', () => {
    const [joined] = format.encode([new UserJoinedDocument(sessionOf('a\ud800'), NOW)]);
    expect(hex(joined)).toContain('120461efbfbd');
    const [state] = format.encode([new UserAwarenessUpdated(sessionOf(), NOW, [shown('{"a":"\udc00"}')])]);
    expect(hex(state)).toContain('22efbfbd22');
  });

  it('[GRPC16] encodes an event once, and hands every stream the same bytes', () => {
    const batch = new RoomBatch();
    batch.add(new DocumentUpdated(sessionOf(), NOW, Uint8Array.of(0, 0), 1), undefined);
    const [first, second] = [memberStub(), memberStub()].map((member) => batch.encodedFor(member, format).messages[0]);
    expect(first).toBeInstanceOf(Buffer);
    expect(second).toBe(first);
    expect(collaborationService.Collaborate?.responseSerialize(first)).toBe(first);
  });
});

function memberStub(): RoomMember {
  const connection = new ClientConnection('x', principalOf(), new AcknowledgementQueue(() => undefined));
  return { connection, session: sessionOf() } as unknown as RoomMember;
}

import { describe, expect, it } from 'vitest';
import {
  DocumentUpdated,
  SessionExpired,
  SyncRequested,
  UserAwarenessUpdated,
  UserJoinedDocument,
  UserLeftDocument,
} from '../../src/domain/events.ts';
import { UserId } from '../../src/domain/value-objects/user-id.ts';
import { session } from '../support/sessions.ts';

const SESSION = session({ document: 'team/notes', client: 'c1', user: 'ada' });
const UPDATE = Uint8Array.of(0, 0);

const EVENTS = [
  ['UserJoinedDocument', new UserJoinedDocument(SESSION, 7)],
  ['UserLeftDocument', new UserLeftDocument(SESSION, 7)],
  ['DocumentUpdated', new DocumentUpdated(SESSION, 7, UPDATE, 3)],
  ['UserAwarenessUpdated', new UserAwarenessUpdated(SESSION, 7, [])],
  ['SessionExpired', new SessionExpired(SESSION, 7)],
  ['SyncRequested', new SyncRequested(SESSION, 7)],
] as const;

describe.each(EVENTS)('%s', (eventType, event) => {
  it('[SES4] names its type, document, client, user and time', () => {
    expect(event.eventType).toBe(eventType);
    expect([event.documentId.value, event.clientId.value, event.timestamp]).toEqual(['team/notes', 'c1', 7]);
  });

  it('[SES4] involves the user who caused it and no other', () => {
    expect(event.involvesUser(UserId.parse('ada'))).toBe(true);
    expect(event.involvesUser(UserId.parse('Ada'))).toBe(false);
    expect(event.involvesUser(UserId.parse('c1'))).toBe(false);
  });
});

describe('what single events carry', () => {
  it('[SES4] a join carries the session, an update its bytes and sequence number, awareness its cause', () => {
    expect(new UserJoinedDocument(SESSION, 7).session).toBe(SESSION);
    expect(new DocumentUpdated(SESSION, 7, UPDATE, 3)).toMatchObject({ update: UPDATE, sequence: 3 });
    expect(new UserAwarenessUpdated(SESSION, 7, []).cause).toBe('changed');
    expect(new UserAwarenessUpdated(SESSION, 7, [], 'renewed').cause).toBe('renewed');
  });
});

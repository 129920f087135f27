import { randomUUID } from 'node:crypto';
import { CollaborationSession, type SessionIdentity } from '../../src/domain/entities/collaboration-session.ts';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { parseProfile } from '../../src/domain/value-objects/user-profile.ts';

const LIMITS = { maxNameLength: 100, maxMetadataEntries: 10, maxMetadataLength: 100 };

export interface SessionOptions {
  readonly document?: string;
  readonly client?: string;
  readonly user?: string;
  readonly identity?: SessionIdentity;
  /** Unix milliseconds. */
  readonly now?: number;
}

/** A session with an id of its own. */
export function session(options: SessionOptions = {}): CollaborationSession {
  const { document = 'doc', client = 'client', user = 'user', identity = 'named', now = 1_000 } = options;
  return new CollaborationSession({
    sessionId: randomUUID(),
    documentId: DocumentId.parse(document),
    clientId: ClientId.parse(client),
    identity,
    profile: profileOf(user),
    now,
  });
}

export function profileOf(userId: string, userName?: string) {
  return parseProfile({ userId, userName }, LIMITS);
}

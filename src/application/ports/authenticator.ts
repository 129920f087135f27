import type { DocumentId } from '../../domain/value-objects/document-id.ts';

/** What a door found where its protocol carries credentials. */
export interface Credentials {
  readonly token: string | undefined;
  readonly remoteAddress: string | undefined;
}

/** What somebody may do with a document; each includes what stands before it. */
export const ACCESSES = ['none', 'read', 'write', 'delete'] as const;

export type Access = (typeof ACCESSES)[number];

/** Whether `access` includes `wanted`. */
export function includes(access: Access, wanted: Access): boolean {
  return ACCESSES.indexOf(access) >= ACCESSES.indexOf(wanted);
}

/** Who a connection, or one document of it, speaks for. */
export interface Principal {
  /** The only user id that it may join under; none where whatever a client says of itself is believed. */
  readonly subject: string | undefined;
  /** What the user is shown as where the client does not say. */
  readonly name: string | undefined;
  /** A CSS colour. */
  readonly color: string | undefined;
  /** Unix milliseconds, after which it may do nothing; none: it does not expire. Asked again each time: it may change. */
  readonly expiresAt: number | undefined;
  /**
   * A promise only where somebody else has to be asked. The other members are right once it has resolved.
   * @throws (or rejects with) CollaborationError `unauthenticated` · `unavailable` when nobody could be asked
   */
  accessTo(documentId: DocumentId): Access | Promise<Access>;
}

export interface Authenticator {
  /** Whether somebody without a token may be let in at all. */
  readonly demands: 'nothing' | 'a token';
  /** @throws CollaborationError `unauthenticated` · `unavailable` when the keys cannot be had */
  authenticate(credentials: Credentials): Promise<Principal>;
}

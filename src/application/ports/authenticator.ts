import type { DocumentId } from '../../domain/value-objects/document-id.ts';

/** What a door found where its protocol carries credentials. */
export interface Credentials {
  readonly token: string | undefined;
  readonly remoteAddress: string | undefined;
}

export type Access = 'read' | 'write' | 'none';

/** Who a connection speaks for. */
export interface Principal {
  readonly subject: string | undefined;
  accessTo(documentId: DocumentId): Access;
}

export interface Authenticator {
  /** @throws CollaborationError `unauthenticated` */
  authenticate(credentials: Credentials): Promise<Principal>;
}

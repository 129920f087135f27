import type { DocumentId } from '../../domain/value-objects/document-id.ts';

/** What a token is to say. */
interface TokenGrant {
  readonly subject: string;
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly documentId: DocumentId;
  readonly access: 'read' | 'write';
  /** Milliseconds from now. */
  readonly lifetime: number;
  /** When the one who asks may do nothing any more, in Unix milliseconds: the token does not outlive that. */
  readonly until: number | undefined;
}

/** Makes tokens that this server takes, for one document each. */
export interface TokenIssuer {
  /** @throws CollaborationError `invalid` where no token can stand for this document alone · `unauthenticated` too late */
  issue(grant: TokenGrant): Promise<string>;
}

import type { Integrations, ScannedUpdate } from '../../domain/entities/integration.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';

/** Keeps large documents integrated, off the event loop. */
export interface DocumentHost {
  /**
   * Integrates what is stored of a document: Yjs updates, encoding v1, in order. They stay the caller's.
   * @throws CollaborationError `damaged` when they do not integrate completely · `unavailable` when the host is lost or closed
   */
  open(documentId: DocumentId, updates: readonly Uint8Array[]): Promise<HostedDocument>;
  /** Whatever is under way rejects. */
  close(): Promise<void>;
}

/** One document of a host. What is asked of it is done in the order in which it was asked. */
export interface HostedDocument {
  /**
   * Integrates updates in one transaction, as `CollaborativeDocument.applyUpdates`.
   * @throws CollaborationError `invalid` when one of them does not integrate · `unavailable` when the host is lost; in
   * either case the document is gone there
   */
  apply(updates: readonly ScannedUpdate[]): Promise<Integrations>;
  /** Whether an update adds nothing. @throws CollaborationError `unavailable` when it is gone */
  repeats(scanned: ScannedUpdate): Promise<boolean>;
  /** Whether it is gone because the host is. */
  readonly isLost: boolean;
  /** All of it as one update, encoding v1. @throws CollaborationError `unavailable` when it is gone */
  encode(): Promise<Uint8Array>;
  /** Gives the memory back. What is under way rejects. */
  close(): void;
}

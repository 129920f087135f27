import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentRepository, LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Clock } from '../ports/clock.ts';
import { inSteps } from './in-steps.ts';
import type { Submission } from './submission.ts';

/** `released`: it is in the log, and here again when somebody needs it. */
type Held =
  | { readonly kind: 'in memory'; readonly document: CollaborativeDocument }
  | { readonly kind: 'released'; readonly stateVector: Uint8Array };

/** Milliseconds. */
export interface ContentLimits {
  /** How long a document that is not edited stays in memory when nobody reads it. */
  readonly releaseUnread: number;
  /** How long one that was edited stays in memory. */
  readonly releaseUnedited: number;
}

/** What a room has of its document in memory. */
export class RoomContent {
  readonly #documentId: DocumentId;
  readonly #documents: DocumentRepository;
  readonly #clock: Clock;
  #held: Held;
  /** Unix milliseconds. */
  #lastUsed: number;

  constructor({ document }: LoadedDocument, documents: DocumentRepository, clock: Clock) {
    this.#documentId = document.documentId;
    this.#documents = documents;
    this.#clock = clock;
    this.#held = { kind: 'in memory', document };
    this.#lastUsed = clock.now();
  }

  /** Encoding v1. */
  get stateVector(): Uint8Array {
    return this.#held.kind === 'released' ? this.#held.stateVector : this.#held.document.stateVector;
  }

  get isReleased(): boolean {
    return this.#held.kind === 'released';
  }

  /** Whether it is in memory as something that can be edited. */
  get isHot(): boolean {
    return this.#held.kind === 'in memory' && this.#held.document.isHot;
  }

  /** Whether it is in memory and nobody has read or written it for so long that it need not be. */
  isUnused(now: number, { releaseUnread, releaseUnedited }: ContentLimits): boolean {
    if (this.isReleased) return false;
    return now - this.#lastUsed >= (this.isHot ? releaseUnedited : releaseUnread);
  }

  /** @throws CollaborationError `internal` where it is released */
  get document(): CollaborativeDocument {
    this.#lastUsed = this.#clock.now();
    if (this.#held.kind === 'in memory') return this.#held.document;
    throw new CollaborationError('internal', 'The document is not in memory.');
  }

  /** Whether a burst can be integrated now, without keeping everybody else waiting. */
  isReadyFor(burst: readonly Submission[]): boolean {
    if (this.#held.kind === 'released') return false;
    const { document } = this.#held;
    return document.isQuicklyWarm || burst.every((each) => document.knows(each));
  }

  /** What is in the log, all of which is durable. @throws CollaborationError as `DocumentRepository.getOrCreate` */
  async load(): Promise<void> {
    const { document } = await this.#documents.getOrCreate(this.#documentId);
    this.#held = { kind: 'in memory', document };
  }

  /** Makes it ready to be edited. @throws CollaborationError as `load`, and as `CollaborativeDocument.warm` */
  async warm(): Promise<void> {
    if (this.#held.kind === 'released') await this.load();
    await inSteps(this.document.warming());
  }

  /** Gives the memory back. All of the document must be in the log. */
  release(): void {
    if (this.#held.kind === 'released') return;
    const { document } = this.#held;
    this.#held = { kind: 'released', stateVector: document.stateVector };
    document.destroy();
  }

  /** Drops what may be half of an update. */
  discard(): void {
    if (this.#held.kind === 'in memory') this.#held.document.destroy();
  }
}

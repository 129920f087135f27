import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import { isQuicklyLearned } from '../../domain/entities/document-weight.ts';
import type { Integration, ScannedUpdate } from '../../domain/entities/integration.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentRepository, LoadedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostedDocument } from '../ports/document-host.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import { inSteps } from './in-steps.ts';
import type { RoomServices } from './room-services.ts';
import type { Submission } from './submission.ts';

/**
 * `hosted`: in memory as bytes, and integrated in another thread. `released`: it is in the log, and here again when
 * somebody needs it. `closed`: it never is again.
 */
type Held =
  | { readonly kind: 'in memory'; readonly document: CollaborativeDocument }
  | { readonly kind: 'hosted'; readonly document: CollaborativeDocument; readonly host: HostedDocument }
  | { readonly kind: 'released' | 'closed'; readonly stateVector: Uint8Array };

/** Milliseconds. */
export interface ContentLimits {
  /** How long a document that is not edited stays in memory when nobody reads it. */
  readonly releaseUnread: number;
  /** How long one that was edited stays in memory. */
  readonly releaseUnedited: number;
}

const NOTHING = new Uint8Array([0]);

/** Where a burst can be integrated without keeping everybody else waiting; `not yet`: after `warm`. */
export type Readiness = 'here' | 'elsewhere' | 'not yet';

/** What a room has of its document in memory. */
export class RoomContent {
  readonly #documentId: DocumentId;
  readonly #documents: DocumentRepository;
  readonly #hosts: RoomServices['host'];
  readonly #clock: Clock;
  /** What the room was opened with. */
  readonly #opened: Opened;
  #held: Held;
  /** Unix milliseconds. */
  #lastUsed: number;

  constructor(loaded: LoadedDocument, { documents, host, clock }: Pick<RoomServices, 'documents' | 'host' | 'clock'>) {
    const { document } = loaded;
    this.#documentId = document.documentId;
    this.#opened = openedWith(loaded);
    this.#documents = documents;
    this.#hosts = host;
    this.#clock = clock;
    this.#held = { kind: 'in memory', document };
    this.#lastUsed = clock.now();
  }

  /** Encoding v1. */
  get stateVector(): Uint8Array {
    return 'document' in this.#held ? this.#held.document.stateVector : this.#held.stateVector;
  }

  get isReleased(): boolean {
    return this.#held.kind === 'released';
  }

  /** Whether it is in memory as something that can be edited. */
  get isEditable(): boolean {
    return this.#held.kind === 'hosted' || (this.#held.kind === 'in memory' && this.#held.document.isHot);
  }

  /** Whether it is in memory and nobody has read or written it for so long that it need not be. */
  isUnused(now: number, { releaseUnread, releaseUnedited }: ContentLimits): boolean {
    if (!('document' in this.#held)) return false;
    return now - this.#lastUsed >= (this.isEditable ? releaseUnedited : releaseUnread);
  }

  /** @throws CollaborationError `internal` where it is released or closed */
  get document(): CollaborativeDocument {
    this.#lastUsed = this.#clock.now();
    if ('document' in this.#held) return this.#held.document;
    throw new CollaborationError('internal', 'The document is not in memory.');
  }

  /** Where a burst can be integrated. */
  readinessFor(burst: readonly Submission[]): Readiness {
    if (!('document' in this.#held)) return 'not yet';
    const { document } = this.#held;
    if (document.isHot && !isTooMuch(document, burst)) return 'here';
    if (burst.every((each) => document.knows(each))) return 'here';
    if (this.#held.kind === 'hosted') return 'elsewhere';
    return document.isQuicklyWarm && !isTooMuch(document, burst) ? 'here' : 'not yet';
  }

  /** Integrates a burst that it is ready for, wherever that is. @throws CollaborationError as `HostedDocument.apply` */
  async integrate(burst: readonly Submission[]): Promise<readonly Integration[]> {
    const held = this.#held;
    if (held.kind !== 'hosted') return this.document.applyUpdates(burst);
    const integrations = await held.host.apply(burst);
    // Let go of meanwhile, it has nothing to do with what is here now.
    if (this.#held !== held) throw new CollaborationError('unavailable', 'The document was let go of.');
    held.document.settle(burst, integrations);
    return integrations.each;
  }

  /** Whether an update adds nothing, of a hosted document. @throws CollaborationError as `HostedDocument.repeats` */
  async repeats(scanned: ScannedUpdate): Promise<boolean> {
    if (this.#held.kind === 'hosted') return this.#held.host.repeats(scanned);
    throw new CollaborationError('unavailable', 'The document was let go of.');
  }

  /** Whether the thread that has it is no more. */
  get isLost(): boolean {
    return this.#held.kind === 'hosted' && this.#held.host.isLost;
  }

  /** What merges all updates of the document. */
  mergedBy(worker: DocumentWorker): (updates: readonly Uint8Array[]) => Promise<Uint8Array> {
    const held = this.#held;
    // It has them merged already.
    return held.kind === 'hosted' ? () => held.host.encode() : (updates) => worker.merge(updates);
  }

  /**
   * What is in the log, all of which is durable.
   * @throws CollaborationError as `DocumentRepository.getOrCreate` · `unavailable` where it was closed, or was damaged or
   * repaired since the room was opened
   */
  async load(): Promise<void> {
    const loaded = await this.#documents.getOrCreate(this.#documentId);
    this.#checkOpen();
    if (!this.isStill(loaded)) {
      throw new CollaborationError('unavailable', 'What is stored of the document was damaged, or repaired.');
    }
    this.#held = { kind: 'in memory', document: loaded.document };
  }

  /** Whether it is of the same condition; of a damaged document, whether it is the same part. */
  isStill(loaded: LoadedDocument): boolean {
    const { kind, part } = openedWith(loaded);
    return kind === this.#opened.kind && part === this.#opened.part;
  }

  /**
   * Makes it ready to be edited, here or elsewhere.
   * @param burst what it is to learn next
   * @throws CollaborationError as `load`, and as `CollaborativeDocument.warm`
   */
  async warm(burst: readonly Submission[] = []): Promise<void> {
    if (this.#held.kind === 'released') await this.load();
    if (this.#held.kind === 'hosted') return;
    if (isTooMuch(this.document, burst)) await this.#host(this.document);
    else await inSteps(this.document.warming());
  }

  /** Gives the memory back. All of the document must be in the log. */
  release(): void {
    if ('document' in this.#held) this.#drop('released', this.stateVector);
  }

  /** Drops what may be half of an update; `load` comes next. */
  discard(): void {
    if ('document' in this.#held) this.#drop('released', NOTHING);
  }

  /** For good: also what is being loaded. */
  close(): void {
    this.#drop('closed', NOTHING);
  }

  #drop(kind: 'released' | 'closed', stateVector: Uint8Array): void {
    const held = this.#held;
    this.#held = { kind, stateVector };
    if (held.kind === 'hosted') held.host.close();
    if ('document' in held) held.document.destroy();
  }

  #checkOpen(): void {
    if (this.#held.kind === 'closed')
      throw new CollaborationError('unavailable', 'The document was closed; try again.');
  }

  async #host(document: CollaborativeDocument): Promise<void> {
    const host = await this.#hosts.open(this.#documentId, document.updates);
    if (this.#held.kind !== 'in memory') host.close();
    this.#checkOpen();
    document.host();
    this.#held = { kind: 'hosted', document, host };
  }
}

interface Opened {
  readonly kind: LoadedDocument['kind'];
  /** Names what can be read of a damaged document, and why no more. */
  readonly part: string | undefined;
}

function openedWith(loaded: LoadedDocument): Opened {
  const { kind } = loaded;
  return { kind, part: kind === 'intact' ? undefined : `${loaded.sequence} ${loaded.damage.detail}` };
}

/** Whether the document should be integrated elsewhere, as it is or with what it is to learn. */
function isTooMuch(document: CollaborativeDocument, burst: readonly Submission[]): boolean {
  return document.isHeavy || burst.some(({ update }) => !isQuicklyLearned(update));
}

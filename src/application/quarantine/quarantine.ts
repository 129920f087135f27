import type { DamagedDocument } from '../../domain/repositories/document-repository.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

/** Milliseconds after which whoever opens a damaged document has it looked at again: it may have been repaired. */
const LOOK_AGAIN = 10_000;

/** `suspected`: found damaged while it was open, and not read again since. */
type Finding =
  | { readonly kind: 'suspected' }
  | { readonly kind: 'damaged'; readonly detail: string; readonly lookedAt: number };

/**
 * The documents that this server has found damaged and not yet found whole again. It grows with what is damaged in the
 * store, and with nothing that a client does.
 */
export class Quarantine {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #found = new Map<string, Finding>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get size(): number {
    return this.#found.size;
  }

  /** Whether the document has to be looked at closely when it is read: it integrated once, or was said to. */
  holds({ value }: DocumentId): boolean {
    return this.#found.has(value);
  }

  isSuspected({ value }: DocumentId): boolean {
    return this.#found.get(value)?.kind === 'suspected';
  }

  /** Whether a document that is open, and damaged, should be read again for whoever opens it now. */
  isDue({ value }: DocumentId): boolean {
    const finding = this.#found.get(value);
    // Not after so long only: the machine's clock may have been set back.
    return finding?.kind === 'damaged' && Math.abs(this.#clock.now() - finding.lookedAt) >= LOOK_AGAIN;
  }

  /** It is read again now, with whatever outcome: others need not do the same. */
  looking({ value }: DocumentId): void {
    const finding = this.#found.get(value);
    if (finding?.kind === 'damaged') this.#found.set(value, { ...finding, lookedAt: this.#clock.now() });
  }

  /** An open document turned out to be damaged; `put` or `lift` follows when it is read again. */
  suspect(documentId: DocumentId, cause: unknown): void {
    this.#found.set(documentId.value, { kind: 'suspected' });
    const fields = { document: documentId.value, err: cause };
    this.#logger.warn(fields, 'An open document was found damaged; its sessions are ended, and it is read again');
  }

  /** A document was read and is damaged. Told once, and again where the damage is another one. */
  put({ document: { documentId }, damage, sequence }: DamagedDocument): void {
    const before = this.#found.get(documentId.value);
    this.#found.set(documentId.value, { kind: 'damaged', detail: damage.detail, lookedAt: this.#clock.now() });
    if (before?.kind === 'damaged' && before.detail === damage.detail) return;
    const fields = { document: documentId.value, damage: damage.detail, readableUpTo: sequence };
    this.#logger.error(fields, 'A document is damaged: it is read-only, and nothing is written to it');
  }

  /** A document was read and is whole, or was deleted. */
  lift(documentId: DocumentId): void {
    if (!this.#found.delete(documentId.value)) return;
    this.#logger.info({ document: documentId.value }, 'A document that was damaged is whole again, or is gone');
  }
}

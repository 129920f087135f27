import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { ScannedUpdate } from '../../domain/entities/integration.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import { foldOnce, type Merge } from './fold.ts';
import type { Submission } from './submission.ts';

/** A document is measured anew after so much of its limit was written to it, or after so many milliseconds. */
const WORTH_MEASURING = 1 / 64;
const MEASURE_EVERY = 10_000;

interface GuardServices {
  readonly limits: { readonly maxDocumentBytes: number };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'limitReached'>;
}

/**
 * Keeps a document from growing past its limit. The bytes of its updates are never less than it has as one, so it is
 * measured only where they say that it might be too large.
 */
export class SizeGuard {
  readonly #services: GuardServices;
  /** Bytes taken since it was last measured. */
  #taken = Number.POSITIVE_INFINITY;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(services: GuardServices) {
    this.#services = services;
  }

  /** Whether the document has to be measured before it is known what may be taken. */
  mustMeasure(burst: readonly ScannedUpdate[], document: CollaborativeDocument): boolean {
    if (this.#fits(burst, document) || this.#taken === 0) return false;
    if (burst.every((each) => document.knows(each))) return false;
    const { limits, clock } = this.#services;
    if (this.#taken >= limits.maxDocumentBytes * WORTH_MEASURING) return true;
    return clock.now() - this.#measuredAt >= MEASURE_EVERY;
  }

  /**
   * Makes the document one update, whose bytes are known. It must be ready to be edited. Where that fails, it counts as
   * large as its updates until the next try.
   */
  async measure(document: CollaborativeDocument, merge: Merge): Promise<void> {
    const { clock, logger } = this.#services;
    this.#taken = 0;
    this.#measuredAt = clock.now();
    try {
      await foldOnce(document, merge);
    } catch (cause) {
      this.#taken = 1;
      logger.error({ document: document.documentId.value, err: cause }, 'A document could not be measured');
    }
  }

  /** What of a burst may be taken; the rest is refused. What only deletes, or repeats, always may. */
  admit(burst: readonly Submission[], document: CollaborativeDocument): readonly Submission[] {
    const fits = this.#fits(burst, document);
    const admitted = fits ? burst : this.#sift(burst, document);
    for (const { update } of admitted) this.#taken += update.byteLength;
    return admitted;
  }

  #fits(burst: readonly ScannedUpdate[], document: CollaborativeDocument): boolean {
    let { bytes } = document;
    for (const { update } of burst) bytes += update.byteLength;
    return bytes <= this.#services.limits.maxDocumentBytes;
  }

  #sift(burst: readonly Submission[], document: CollaborativeDocument): readonly Submission[] {
    const most = this.#services.limits.maxDocumentBytes;
    let { bytes } = document;
    return burst.filter((submission) => {
      const isTaken = bytes + submission.update.byteLength <= most || !adds(submission, document);
      if (isTaken) bytes += submission.update.byteLength;
      else this.#refuse(submission, most);
      return isTaken;
    });
  }

  #refuse({ member, ticket }: Submission, most: number): void {
    this.#services.metrics.limitReached('MAX_DOCUMENT_BYTES');
    // First the refusal: it lets the acknowledgements behind it go, and all of them leave in order.
    member.sink.refuse(new CollaborationError('too-large', `A document may have ${most} bytes; this one is full.`));
    ticket.queue.refuse(ticket);
  }
}

/** Whether an update has structs that the document lacks. */
function adds(scanned: ScannedUpdate, document: CollaborativeDocument): boolean {
  return !document.knows(scanned) && scanned.scan.structs.some(({ client, end }) => end > document.clockOf(client));
}

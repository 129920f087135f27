import { burstLength } from '../../domain/entities/document-weight.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Intake } from './intake.ts';
import { recover } from './recovery.ts';
import type { RoomActivity } from './room-activity.ts';
import type { RoomContent } from './room-content.ts';
import type { RoomServices } from './room-services.ts';
import { SizeGuard } from './size-guard.ts';
import { abandon, type Submission } from './submission.ts';

/** The room that it works for. */
interface Host {
  readonly documentId: DocumentId;
  readonly content: RoomContent;
  readonly intake: Intake;
  readonly activity: RoomActivity;
  /** Lets `integrate` be called at the end of this tick. */
  schedule(): void;
  /** Something else than the update is at fault. */
  failed(error: CollaborationError): void;
  /** Passes on what the thread that has the document answers. @throws as `work` rejects */
  fromElsewhere<Result>(work: Promise<Result>): Promise<Result>;
}

/** Takes what arrives into the document, in its order, a burst at a time: here, or in the thread that has the document. */
export class Integrator {
  readonly #host: Host;
  readonly #services: RoomServices;
  readonly #size: SizeGuard;
  #inbox: Submission[] = [];

  constructor(host: Host, services: RoomServices) {
    this.#host = host;
    this.#services = services;
    this.#size = new SizeGuard(services);
  }

  get isIdle(): boolean {
    return this.#inbox.length === 0;
  }

  add(submission: Submission): void {
    this.#inbox.push(submission);
  }

  /** Those behind them on their connections, of other documents, wait for them no longer. */
  abandon(): void {
    this.#inbox.forEach(abandon);
    this.#inbox = [];
  }

  /** Integrates what has arrived, or begins to make the document ready for it. */
  integrate(): void {
    const { activity, content, intake } = this.#host;
    if (this.#inbox.length === 0 || !activity.isReady) return;
    const burst = this.#nextBurst();
    const readiness = content.readinessFor(burst);
    if (readiness === 'not yet') {
      const warming = content.warm(burst);
      void activity.wait(warming, content.isReleased ? 'unreadable' : 'readable');
      return;
    }
    if (this.#size.mustMeasure(burst, content.document)) {
      void activity.wait(this.#measure(), 'readable');
      return;
    }
    this.#inbox = this.#inbox.length === burst.length ? [] : this.#inbox.slice(burst.length);
    if (this.#inbox.length > 0) this.#host.schedule();
    const admitted = this.#size.admit(burst, content.document);
    if (readiness === 'elsewhere') {
      void activity.wait(this.#integrateElsewhere(admitted), 'readable');
      return;
    }
    try {
      intake.take(admitted, content.document);
    } catch (cause) {
      this.#notIntegrated(admitted, CollaborationError.from(cause));
    }
  }

  /** @throws CollaborationError as `recover` in recovery.ts */
  recover(burst: readonly Submission[]): Promise<void> {
    const { content, intake, activity } = this.#host;
    return recover(burst, { content, intake, services: this.#services, checkOpen: () => activity.checkOpen() });
  }

  /** What of the inbox is integrated in one go. */
  #nextBurst(): readonly Submission[] {
    const length = burstLength(this.#inbox);
    return length === this.#inbox.length ? this.#inbox : this.#inbox.slice(0, length);
  }

  async #measure(): Promise<void> {
    const { content } = this.#host;
    await content.warm();
    const merge = content.mergedBy(this.#services.worker);
    await this.#size.measure(content.document, (updates) => this.#host.fromElsewhere(merge(updates)));
  }

  /** @throws CollaborationError as `recover` */
  async #integrateElsewhere(burst: readonly Submission[]): Promise<void> {
    const { activity, content, documentId, intake } = this.#host;
    try {
      const integrations = await content.integrate(burst);
      activity.checkOpen();
      intake.settle(burst, integrations, content.document);
    } catch (cause) {
      activity.spoil();
      this.#services.logger.debug({ document: documentId.value, err: cause }, 'A burst was not integrated');
      await this.recover(burst);
    }
  }

  /** A sender's fault; or the document's own, when what is stored of it is damaged. */
  #notIntegrated(burst: readonly Submission[], error: CollaborationError): void {
    if (error.kind === 'invalid') {
      void this.#host.activity.wait(this.recover(burst), 'unreadable');
      return;
    }
    burst.forEach(abandon);
    this.#host.failed(error);
  }
}

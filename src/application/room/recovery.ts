import { CollaborationError } from '../../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Submission } from './submission.ts';

interface Recovery {
  /** @throws when the update does not integrate */
  settle(submission: Submission): void;
  /** Reads the document again from its log. */
  reload(): Promise<void>;
}

interface Services {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Integrates a burst one by one after it failed as a whole; refuses whatever does not integrate. */
export async function recover(burst: readonly Submission[], recovery: Recovery, services: Services): Promise<void> {
  await recovery.reload();
  for (const submission of burst) {
    try {
      recovery.settle(submission);
    } catch (cause) {
      refusePoison(submission, cause, services);
      await recovery.reload();
    }
  }
}

function refusePoison({ member, ticket }: Submission, cause: unknown, { logger, metrics }: Services): void {
  const { documentId, clientId, sessionId } = member.session;
  const ids = { document: documentId.value, client: clientId.value, session: sessionId };
  logger.warn({ ...ids, err: cause }, 'Refused an update that decodes but does not integrate');
  metrics.refused('poisoned-update');
  // First the refusal: it lets the acknowledgements behind it go, and all of them leave in order.
  member.sink.refuse(new CollaborationError('invalid', 'The update does not integrate.', cause));
  ticket.queue.refuse(ticket);
}

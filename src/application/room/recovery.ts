import { CollaborationError } from '../../domain/errors.ts';
import { WAITING } from '../connection/acknowledgements.ts';
import type { Intake } from './intake.ts';
import type { RoomContent } from './room-content.ts';
import type { RoomServices } from './room-services.ts';
import { abandon, type Submission } from './submission.ts';

interface Recovering {
  readonly content: RoomContent;
  readonly intake: Intake;
  readonly services: RoomServices;
  /** @throws CollaborationError why the room was closed, where it is: another room may have its document by now */
  checkOpen(): void;
}

/**
 * Integrates a burst one by one after it failed as a whole; refuses whatever does not integrate. Each that does not costs
 * another reading of the log.
 * @throws CollaborationError when the log cannot be read, another thread is lost once more, or the room was closed; what
 * is left of the burst is abandoned
 */
export async function recover(burst: readonly Submission[], room: Recovering): Promise<void> {
  try {
    await reload(burst, room);
    for (const submission of burst) {
      try {
        const integrations = await room.content.integrate([submission]);
        room.checkOpen();
        room.intake.settle([submission], integrations, room.content.document);
      } catch (cause) {
        if (CollaborationError.from(cause).kind !== 'invalid') throw cause;
        refusePoison(submission, cause, room.services);
        await reload(burst, room);
      }
    }
  } catch (cause) {
    for (const submission of burst) if (submission.ticket.position === WAITING) abandon(submission);
    throw cause;
  }
}

async function reload(burst: readonly Submission[], { content, services, checkOpen }: Recovering): Promise<void> {
  content.discard();
  checkOpen();
  await services.journal.committed();
  await content.load();
  await content.warm(burst);
  checkOpen();
}

function refusePoison({ member, ticket }: Submission, cause: unknown, { logger, metrics }: RoomServices): void {
  const { documentId, clientId, sessionId } = member.session;
  const ids = { document: documentId.value, client: clientId.value, session: sessionId };
  logger.warn({ ...ids, err: cause }, 'Refused an update that decodes but does not integrate');
  metrics.refused('poisoned-update');
  // First the refusal: it lets the acknowledgements behind it go, and all of them leave in order.
  member.sink.refuse(new CollaborationError('invalid', 'The update does not integrate.', cause));
  ticket.queue.refuse(ticket);
}

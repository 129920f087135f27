import type { UserId } from '../domain/value-objects/user-id.ts';
import type { Logger } from './ports/logger.ts';
import type { EventSink } from './ports/metrics.ts';

/** Also logs every event of one user, so that an operator can follow what somebody reports. */
export function traced(events: EventSink, user: UserId | undefined, logger: Logger): EventSink {
  if (user === undefined) return events;
  return {
    publish: (event) => {
      events.publish(event);
      if (!event.involvesUser(user)) return;
      const { eventType, documentId, clientId } = event;
      logger.info({ event: eventType, document: documentId.value, client: clientId.value }, 'Traced');
    },
  };
}

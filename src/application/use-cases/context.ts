import type { CollaborationSessionRepository } from '../../domain/repositories/collaboration-session-repository.ts';
import type { Limits } from '../limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EventSink, Metrics } from '../ports/metrics.ts';
import type { Rooms } from '../room/rooms.ts';

/** What the use cases work on. */
export interface UseCaseContext {
  readonly rooms: Rooms;
  readonly sessions: CollaborationSessionRepository;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventSink;
  readonly metrics: Pick<Metrics, 'limitReached' | 'deleted'>;
}

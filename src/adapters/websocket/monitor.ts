import type { Limits } from '../../application/limits.ts';
import type { Clock, Timer } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { SocketConnection } from './socket-connection.ts';

/** Milliseconds. */
export interface ConnectionTiming {
  /** Between two pings of a socket. One that nothing is heard of for two of them is dead. */
  readonly pingInterval: number;
  /** The longest silence towards a y-websocket provider, which gives up after 30 s without data. */
  readonly keepAliveInterval: number;
}

interface MonitorServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'limitReached'>;
}

/** One timer for all sockets: pings them, keeps idle providers alive, and ends those that are dead or stuck. */
export function monitor(
  connections: ReadonlySet<SocketConnection>,
  timing: ConnectionTiming,
  limits: Limits,
  { clock, logger, metrics }: MonitorServices,
): Timer {
  const period = Math.max(1, Math.min(timing.pingInterval, timing.keepAliveInterval) / 3);
  const stuckSince = new WeakMap<SocketConnection, number>();
  let nextPing = clock.now() + timing.pingInterval;
  return clock.every(period, () => {
    const now = clock.now();
    const pings = now >= nextPing;
    if (pings) nextPing = now + timing.pingInterval;
    for (const each of connections) {
      if (isStuck(each, now)) {
        logger.info({ connection: each.connection.id }, 'Ended a connection that reads too slowly');
        metrics.limitReached('OUTBOX_TIMEOUT_MS');
        each.close(new CollaborationError('unavailable', 'The connection reads too slowly; reconnect.'));
        each.terminate();
      } else if (each.isRead && now - each.lastHeard > 2 * timing.pingInterval) {
        logger.info({ connection: each.connection.id }, 'Ended a connection whose client is gone');
        each.terminate();
      } else if (pings) {
        each.sendPing();
      }
      if ((each.pipe.endPeriod() + 1) * period > timing.keepAliveInterval - period) each.keepAlive();
      each.maintain(now);
    }
  });

  function isStuck(each: SocketConnection, now: number): boolean {
    if (!each.outbox.isBehind) {
      stuckSince.delete(each);
      return false;
    }
    const since = stuckSince.get(each) ?? now;
    stuckSince.set(each, since);
    return now - since > limits.outboxTimeout;
  }
}

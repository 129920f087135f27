import type { Collaboration } from '../../application/collaboration.ts';
import type { Expiries } from '../../application/connection/expiries.ts';
import type { Limits } from '../../application/limits.ts';
import type { Authenticator } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import type { GateServices } from '../shared/gate-services.ts';

/** What the gRPC door needs of the rest. */
export interface GrpcServices extends GateServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly expiries: Expiries;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

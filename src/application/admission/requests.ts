import type { Metrics } from '../ports/metrics.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { rateLimited } from './rate-limited.ts';
import type { Account, Rates } from './rates.ts';

interface RequestServices {
  readonly limiters: { readonly shared: RateLimiter };
  readonly rates: Rates;
  readonly metrics: Pick<Metrics, 'limitReached'>;
}

/** Who asks, as far as that is known. */
export interface Requester {
  readonly address?: string | undefined;
  readonly subject?: string | undefined;
}

/** Counts a handshake, a join or a request. @throws CollaborationError `rate-limited` */
export async function chargeRequest({ limiters, rates, metrics }: RequestServices, who: Requester): Promise<void> {
  for (const { limit, key, most } of accountsOf(who, rates)) {
    const { used, resetIn } = await limiters.shared.charge(key, 1);
    if (used <= most) continue;
    metrics.limitReached(limit);
    throw rateLimited('Too many requests', resetIn);
  }
}

type RequestAccount = Omit<Account, 'where'>;

function accountsOf({ address, subject }: Requester, rates: Rates): readonly RequestAccount[] {
  const accounts: RequestAccount[] = [];
  if (address !== undefined)
    accounts.push({ limit: 'RATE_ADDRESS_REQUESTS', key: `requests:address:${address}`, most: rates.addressRequests });
  if (subject !== undefined)
    accounts.push({ limit: 'RATE_USER_REQUESTS', key: `requests:user:${subject}`, most: rates.userRequests });
  return accounts;
}

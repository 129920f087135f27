import { StoreUnreachable } from '../../infrastructure/stores/shared/store-unreachable.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/**
 * Opens a store that may start along with this server, and a little later.
 * @param patience milliseconds after which one that cannot be reached is given up
 * @throws StoreUnreachable, and at once what else `open` throws
 */
export async function openPatiently<Store>(
  open: () => Promise<Store>,
  patience: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Store> {
  const started = clock.now();
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await open();
    } catch (cause) {
      if (!(cause instanceof StoreUnreachable) || clock.now() - started + pause > patience) throw cause;
      logger.warn({}, `${cause.message}. Trying again`);
    }
    await new Promise<void>((resolve) => {
      clock.after(pause, resolve);
    });
  }
}

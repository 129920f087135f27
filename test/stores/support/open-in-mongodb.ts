import { openMongoStore } from '../../../src/infrastructure/stores/mongodb/open-mongo-store.ts';
import { ownStore } from './own-store.ts';

const OPTIONS = { poolSize: 4, timeout: 10_000 };

/** In collections of its own. The server is thrown away as a whole. */
export function openInMongoDb(url: string, options: Partial<typeof OPTIONS> = {}) {
  return ownStore(
    (prefix) => openMongoStore(url, prefix, { ...OPTIONS, ...options }),
    async () => undefined,
  );
}

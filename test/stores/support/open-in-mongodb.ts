import { randomBytes } from 'node:crypto';
import type { MongoUpdateLog } from '../../../src/infrastructure/stores/mongodb/mongo-update-log.ts';
import { openMongoStore } from '../../../src/infrastructure/stores/mongodb/open-mongo-store.ts';

const OPTIONS = { poolSize: 4, timeout: 10_000 };

/** For the contract suite: an empty store in collections of its own. The server is thrown away as a whole. */
export async function openInMongoDb(url: string, options: Partial<typeof OPTIONS> = {}) {
  const prefix = `t${randomBytes(6).toString('hex')}_`;
  const opened: MongoUpdateLog[] = [];
  const open = async () => {
    const log = await openMongoStore(url, prefix, { ...OPTIONS, ...options });
    opened.push(log);
    return log;
  };
  const log = await open();
  return {
    log,
    prefix,
    other: open,
    reopen: async () => {
      await log.close();
      return await open();
    },
    cleanup: async () => {
      await Promise.all(opened.map((each) => each.close()));
    },
  };
}

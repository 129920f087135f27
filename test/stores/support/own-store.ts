import { randomBytes } from 'node:crypto';

/**
 * For the contract suite: an empty store under a prefix of its own, on a server that several share.
 * @param remove what is left of it, when all its logs are closed
 */
export async function ownStore<Log extends { close(): Promise<void> }>(
  openAt: (prefix: string) => Promise<Log>,
  remove: (prefix: string) => Promise<void>,
) {
  const prefix = `t${randomBytes(6).toString('hex')}_`;
  const opened: Log[] = [];
  const open = async () => {
    const log = await openAt(prefix);
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
      await remove(prefix);
    },
  };
}

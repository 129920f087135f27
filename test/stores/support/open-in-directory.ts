import type { StoreOptions } from '../../../src/infrastructure/stores/embedded/embedded-store.ts';
import { EmbeddedUpdateLog } from '../../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** For the contract suite: an empty store in a directory of its own. */
export async function openInDirectory(options: Partial<StoreOptions>) {
  const directory = temporaryDirectory();
  let current = await EmbeddedUpdateLog.open(directory.path, options);
  return {
    log: current,
    reopen: async () => {
      await current.close();
      current = await EmbeddedUpdateLog.open(directory.path, options);
      return current;
    },
    cleanup: async () => {
      await current.close();
      directory.remove();
    },
  };
}

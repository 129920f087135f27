import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { updateLogContract } from '../contracts/update-log.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

updateLogContract('embedded', {
  persistence: 'durable',
  open: async () => {
    const directory = temporaryDirectory();
    let current = await EmbeddedUpdateLog.open(directory.path);
    return {
      log: current,
      reopen: async () => {
        await current.close();
        current = await EmbeddedUpdateLog.open(directory.path);
        return current;
      },
      cleanup: async () => {
        await current.close();
        directory.remove();
      },
    };
  },
});

import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { updateLogContract } from '../contracts/update-log.ts';

updateLogContract('memory', {
  persistence: 'volatile',
  open: async () => {
    const log = new MemoryUpdateLog();
    return { log, cleanup: () => log.close() };
  },
});

import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import { EmbeddedUpdateLog } from '../../infrastructure/stores/embedded/embedded-update-log.ts';
import { MemoryUpdateLog } from '../../infrastructure/stores/memory/memory-update-log.ts';
import type { Settings } from './config/keys.ts';

/** Opens the store that `STORE_URL` names. @throws Error that says what is in the way, and the way out */
export async function openStore(settings: Settings): Promise<UpdateLog> {
  switch (settings.STORE_URL) {
    case 'memory:':
      return new MemoryUpdateLog();
    case '':
      return await EmbeddedUpdateLog.open(settings.DATA_DIR);
  }
}

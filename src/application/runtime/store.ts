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
      return await openEmbedded(settings.DATA_DIR);
  }
}

async function openEmbedded(directory: string): Promise<UpdateLog> {
  try {
    return await EmbeddedUpdateLog.open(directory);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    // A full or read-only disk names no path, and an operator has many.
    if (why.includes(directory)) throw cause;
    throw new Error(`The data directory ${directory} cannot be opened: ${why}`, { cause });
  }
}

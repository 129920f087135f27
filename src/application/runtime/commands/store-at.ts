import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UpdateLog } from '../../../domain/repositories/update-log.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Settings } from '../config/keys.ts';
import { ConfigError } from '../config/load-config.ts';
import { storeUrl } from '../config/values.ts';
import { openUncached } from '../store.ts';

export interface StoreServices {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `existing`: an embedded store that is not there is a mistake, and none is made. */
type Wanted = 'existing' | 'any';

/**
 * Opens the store that a command names: the URL of a database as in `STORE_URL`, or the folder of an embedded store, also
 * as a `file:` URL; none: the configured one.
 * @throws ConfigError where it names none · Error where it cannot be opened
 */
export async function storeAt(
  name: string | undefined,
  wanted: Wanted,
  { settings, ...services }: StoreServices,
): Promise<UpdateLog> {
  const place = name === undefined ? settings : placeOf(name, settings);
  if (place.STORE_URL === 'memory:') throw new ConfigError('A store in memory holds nothing that could be moved.');
  if (place.STORE_URL === '' && wanted === 'existing' && !existsSync(join(place.DATA_DIR, 'documents.mdb'))) {
    throw new ConfigError(`There is no store in the folder ${place.DATA_DIR}.`);
  }
  return await openUncached(place, services);
}

function placeOf(name: string, settings: Settings): Settings {
  if (name.startsWith('file:')) return { ...settings, STORE_URL: '', DATA_DIR: fileURLToPath(name) };
  const url = storeUrl.safeParse(name);
  if (url.success && url.data !== '') return { ...settings, STORE_URL: url.data };
  // A single letter is a drive.
  if (/^[a-z][a-z0-9+.-]+:/i.test(name)) {
    throw new ConfigError('That URL names no store. Give the URL of a database as in STORE_URL, or a folder.');
  }
  return { ...settings, STORE_URL: '', DATA_DIR: name };
}

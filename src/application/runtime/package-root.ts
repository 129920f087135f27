import { readFileSync } from 'node:fs';

/** The package's folder: three above this one, in `src` as in `dist`. */
export const ROOT = new URL('../../../', import.meta.url);

interface Manifest {
  readonly version: string;
}

export const VERSION = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest).version;

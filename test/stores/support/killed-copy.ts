import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies a data directory as a killed process leaves it. No commit to the database may be under way; a log file that is
 * just being removed may be in the copy or not. Files are read and written: Node's own copying never ends where a file
 * becomes shorter meanwhile.
 */
export function killedCopy(from: string, to: string): void {
  for (;;) {
    rmSync(to, { recursive: true, force: true });
    try {
      mkdirSync(to, { recursive: true });
      for (const name of readdirSync(from)) {
        if (name !== 'server.lock') writeFileSync(join(to, name), readFileSync(join(from, name)));
      }
      return;
    } catch (error) {
      // Removed between the listing and the copy.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

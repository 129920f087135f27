import { cpSync, rmSync } from 'node:fs';

/**
 * Copies a data directory as a killed process leaves it. No commit to the database may be under way; a log file that is
 * just being removed may be in the copy or not.
 */
export function killedCopy(from: string, to: string): void {
  for (;;) {
    rmSync(to, { recursive: true, force: true });
    try {
      cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('server.lock') });
      return;
    } catch (error) {
      // Removed between the listing and the copy.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes the names of new files durable: syncing a file does not sync the directory that names it. */
export function syncDirectory(path: string): void {
  // Windows knows no such call and refuses to open a directory.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

// Before `npm run bench`: a fresh clone has no peers yet. They are installed here and never at the root.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(`${directory}node_modules`)) {
  const { status } = spawnSync('npm', ['ci'], {
    cwd: directory,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { endTree, processTree } from './process-tree.mjs';

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));

/** A shell that waits for another process which it has started. */
async function family(): Promise<{ pid: number; exit: Promise<unknown[]> }> {
  const child = spawn('sh', ['-c', 'sleep 600 & echo started; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, exit };
}

describe('the reaper', () => {
  it('[KIT5] ends and removes what is left when the process that started it was killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yjs-server-test-'));
    const [left, spared] = [await family(), await family()];
    const processes = processTree(left.pid);
    expect(processes).toHaveLength(2);
    const lines = [
      `+process ${left.pid} SIGTERM`,
      `+folder ${folder}`,
      `+process ${spared.pid} SIGKILL`,
      `-process ${spared.pid} SIGKILL`,
    ];
    const starter = `
      const reaper = require('node:child_process').spawn(process.execPath, [${JSON.stringify(REAPER)}],
        { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
      reaper.stdin.write(${JSON.stringify(`${lines.join('\n')}\n`)}, () => console.log(reaper.pid));`;
    const parent = spawn(process.execPath, ['-e', starter], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(parent.stderr.resume(), 'close');
    await once(parent.stdout, 'data');
    // Its whole group, as a terminal or a CI runner does.
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    await left.exit;
    // The reaper has the other end of this pipe until it has ended.
    await closed;
    expect(processes.flatMap(processTree)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(processTree(spared.pid)).toHaveLength(2);
    endTree(spared.pid, 'SIGKILL');
  });
});

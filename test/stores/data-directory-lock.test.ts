import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryLock } from '../../src/infrastructure/stores/embedded/data-directory-lock.ts';
import { newOwner } from '../../src/infrastructure/stores/embedded/lock-owner.ts';
import { type CompiledSources, compileSources } from '../support/compiled-sources.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';

let compiled: CompiledSources;
let directory: TemporaryDirectory;
const children: ChildProcess[] = [];

beforeAll(() => {
  compiled = compileSources('infrastructure/stores/embedded');
});
afterAll(() => compiled.remove());
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  directory.remove();
});

describe('DataDirectoryLock', () => {
  it('[LOG10] a second one is refused in one line with directory and process id, until the first is released', () => {
    const first = DataDirectoryLock.acquire(directory.path);
    const refusal = thrownBy(() => DataDirectoryLock.acquire(directory.path));
    expect(refusal.message).toContain(directory.path);
    expect(refusal.message).toContain(`process ${process.pid}`);
    expect(refusal.message).not.toContain('\n');
    first.release();
    DataDirectoryLock.acquire(directory.path).release();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('[LOG10] the lock of another process that runs is refused; of one that was killed, taken over', async () => {
    const child = await childWithLock();
    expect(thrownBy(() => DataDirectoryLock.acquire(directory.path)).message).toContain(`process ${child.pid}`);
    await kill(child);
    const lock = DataDirectoryLock.acquire(directory.path);
    expect(readdirSync(directory.path)).toEqual(['server.lock']);
    lock.release();
  });

  const dead = {
    'a process that is no more': () => ({ ...newOwner(), pid: 2 ** 30, started: null }),
    'another start of the machine': () => ({ ...newOwner(), boot: 'another' }),
    'an earlier process with the own id, as in a container': () => ({ ...newOwner(), started: '1' }),
    'an earlier process with an id that was given out again': () => ({
      ...newOwner(),
      pid: process.ppid,
      started: '1',
    }),
  };
  for (const [whose, owner] of Object.entries(dead)) {
    it.runIf(existsSync('/proc/self/stat'))(`[LOG10] the lock of ${whose} is taken over`, () => {
      writeFileSync(lockFile(), JSON.stringify(owner()));
      DataDirectoryLock.acquire(directory.path).release();
      expect(readdirSync(directory.path)).toEqual([]);
    });
  }

  it('[LOG10] where nothing tells more than a process id, a running one is refused', () => {
    writeFileSync(lockFile(), JSON.stringify({ ...newOwner(), pid: process.ppid, started: null, boot: null }));
    expect(() => DataDirectoryLock.acquire(directory.path)).toThrow(`process ${process.ppid}`);
  });

  it('[LOG10] a takeover that died half way is taken over itself', () => {
    const gone = { ...newOwner(), pid: 2 ** 30, started: null };
    const taker = { ...newOwner(), pid: 2 ** 30 + 1, started: null };
    writeFileSync(lockFile(), JSON.stringify(gone));
    writeFileSync(`${lockFile()}.${gone.nonce}`, JSON.stringify(taker));
    DataDirectoryLock.acquire(directory.path).release();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('[LOG10] a lock file that is not readable is left alone', () => {
    for (const text of ['', 'hello', 'null', '{"pid":-1}', JSON.stringify({ ...newOwner(), nonce: '../../x' })]) {
      writeFileSync(lockFile(), text);
      expect(() => DataDirectoryLock.acquire(directory.path)).toThrow(lockFile());
      expect(readFileSync(lockFile(), 'utf8')).toBe(text);
    }
  });

  it('[LOG10] release leaves a lock that is no longer its own', () => {
    const lock = DataDirectoryLock.acquire(directory.path);
    writeFileSync(lockFile(), JSON.stringify(newOwner()));
    lock.release();
    expect(existsSync(lockFile())).toBe(true);
  });

  it('[LOG10] of many processes that find a dead lock at once, one gets it', async () => {
    writeFileSync(lockFile(), JSON.stringify({ ...newOwner(), pid: 2 ** 30, started: null }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => answerOf(startChild())));
    expect(answers.filter((answer) => answer === 'locked')).toHaveLength(1);
  });

  it.runIf(process.platform === 'linux')(
    '[LOG10] a killed process its parent has not asked for holds nothing',
    async () => {
      // sh starts a child that is killed and stays a zombie: `exec sleep` never waits for it.
      const shell = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      children.push(shell);
      const [output] = await once(shell.stdout, 'data');
      const pid = Number(String(output).trim());
      process.kill(pid, 'SIGKILL');
      while (!/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((done) => setImmediate(done));
      writeFileSync(lockFile(), JSON.stringify({ ...newOwner(), pid, started: null }));
      DataDirectoryLock.acquire(directory.path).release();
    },
  );
});

function lockFile(): string {
  return join(directory.path, 'server.lock');
}

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('Nothing was thrown.');
}

function startChild(): ChildProcess {
  const script = fileURLToPath(new URL('../support/lock-child.mjs', import.meta.url));
  const url = compiled.url('infrastructure/stores/embedded/data-directory-lock').href;
  const child = fork(script, [url, directory.path], { execArgv: [] });
  children.push(child);
  return child;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [answer] = await once(child, 'message');
  return answer;
}

async function childWithLock(): Promise<ChildProcess> {
  const child = startChild();
  expect(await answerOf(child)).toBe('locked');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Whom services run as: ourselves, but never root, whom some refuse. */
export const IDENTITY: Identity = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};

function id(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

const execute = promisify(execFile);

/** Resolves to what it printed. @throws Error with what it printed, where it fails */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { ...IDENTITY, cwd: '/', maxBuffer: 1 << 24 });
  return stdout;
}

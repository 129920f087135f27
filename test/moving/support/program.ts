import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../support/package-root.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs the built program, as somebody would at a prompt. */
export async function program(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input: Uint8Array = new Uint8Array(0),
): Promise<Ended> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'dist/main.js'), ...args], { env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const output = Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  const [code] = await once(child, 'exit');
  const [stdout, stderr] = await output;
  return { code, stdout, stderr: stderr.toString() };
}

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../support/package-root.ts';

/** Where a snippet's own words lead: a reader's default addresses and folders, here those of the test. */
export type Replacements = Readonly<Record<string, string>>;

export interface Snippet {
  readonly code: string;
  /** Inside the project, so that bare imports resolve. */
  readonly folder: string;
  readonly name: string;
  readonly replacements: Replacements;
  /** What it should print. One that prints it and goes on, as a page does, is ended then. */
  readonly prints: string;
  readonly ends: 'by itself' | 'when it has printed all';
}

export interface Run {
  readonly code: number | null;
  readonly printed: string;
  /** What it wrote to standard error. */
  readonly complaints: string;
}

/** Node 20 has no WebSocket of its own, as a browser has. */
const BROWSER_WEBSOCKET = `data:text/javascript,${encodeURIComponent(
  `import { WebSocket } from ${JSON.stringify(import.meta.resolve('ws'))}; globalThis.WebSocket ??= WebSocket;`,
)}`;

/** Runs a snippet as a program in the project's folder. */
export async function runSnippet({ code, folder, name, replacements, prints, ends }: Snippet): Promise<Run> {
  const file = join(folder, `${name}-${randomUUID()}.mjs`);
  writeFileSync(file, Object.entries(replacements).reduce(replaceOnce, code));
  const child = spawn(process.execPath, ['--import', BROWSER_WEBSOCKET, file], {
    cwd: PACKAGE_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  let printed = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
    if (ends === 'when it has printed all' && printed === prints) child.kill();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { code: exitCode, printed, complaints };
}

function replaceOnce(code: string, [from, to]: readonly [string, string]): string {
  if (!code.includes(from)) throw new Error(`The snippet does not hold ${from}.`);
  return code.replace(from, to);
}

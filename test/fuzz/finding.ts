import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/package-root.ts';

const FOLDER = join(PACKAGE_ROOT, 'test/fuzz/vectors');

/** Something that must not be: a wrong error, a difference, a crash; and the frames that lead to it. */
export class Finding extends Error {
  readonly target: string;
  readonly frames: readonly Uint8Array[];

  constructor(target: string, frames: readonly Uint8Array[], what: string, cause?: unknown) {
    super(`${target}: ${what}`, { cause });
    this.name = 'Finding';
    this.target = target;
    this.frames = frames;
  }
}

/** A finding that was kept: a line of hexadecimal for each frame. */
export interface Vector {
  readonly name: string;
  readonly target: string;
  readonly frames: readonly Uint8Array[];
}

/** Keeps a finding in a file that the tests replay. Returns the file's name. */
export function keep({ target, frames }: Finding): string {
  const text = frames.map((frame) => `${Buffer.from(frame).toString('hex')}\n`).join('');
  const name = `${target}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.hex`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), text);
  return name;
}

export function keptVectors(): Vector[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.hex'))
    .map((name) => {
      const lines = readFileSync(join(FOLDER, name), 'utf8').split('\n').slice(0, -1);
      return { name, target: name.slice(0, -17), frames: lines.map((line) => Buffer.from(line, 'hex')) };
    });
}

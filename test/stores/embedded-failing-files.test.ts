import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointLog } from '../../src/application/runtime/checkpoint-log.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { DEFAULT_LIMITS } from '../../src/infrastructure/stores/embedded/store-limits.ts';
import { id, record, texts } from '../contracts/log-records.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { Gate } from './support/gated-commits.ts';
import { killedCopy } from './support/killed-copy.ts';
import { type Done, SabotagedFiles } from './support/sabotaged-files.ts';

/** Two frames a segment, a checkpoint each third one. */
const LIMITS = { ...DEFAULT_LIMITS, segmentBytes: 128, checkpointAt: { bytes: 1e6, updates: 3 } };

let directory: TemporaryDirectory;
let files: SabotagedFiles;
beforeEach(() => {
  directory = temporaryDirectory();
  files = new SabotagedFiles();
});
afterEach(() => directory.remove());

describe('the embedded store whose log cannot be written', () => {
  it.each<Done>(['nothing', 'half', 'all'])(
    '[LOG9] any operation that fails, after %s of it, loses nothing and can be repeated',
    async (done) => {
      let failures = 0;
      for (let nth = 0; ; nth++) {
        const path = join(directory.path, `${nth}`);
        const gate = new Gate(Number.POSITIVE_INFINITY);
        const log = await EmbeddedUpdateLog.open(path, { files, limits: LIMITS, commits: gate.commits });
        files.sabotage((call) => (call === nth ? done : undefined));
        failures += await write(log, 8);
        const operations = files.calls.length;
        await expectAll(log, 8);
        await gate.quiet();
        await killAndExpect(path, 8);
        await log.close();
        await expectReopened(path, 8);
        if (operations <= nth) break;
      }
      expect(failures).toBeGreaterThan(8);
    },
    60_000,
  );

  it('[LOG9] while it fails nothing changes, also after a kill, and no files gather', async () => {
    const path = join(directory.path, 'live');
    const log = await EmbeddedUpdateLog.open(path, { files, limits: LIMITS });
    await log.append([record('a', 1, ['u1'])]);
    for (const done of ['nothing', 'half', 'all'] as const) {
      files.sabotage(() => done);
      for (let attempt = 0; attempt < 5; attempt++) {
        await expect(log.append([record('a', 2, ['never'])])).rejects.toThrow(/could not be written: .* was sabotaged/);
        await expect(log.delete(id('a'))).rejects.toThrow(/could not be written/);
        expect(texts((await log.load(id('a')))?.tail)).toEqual(['u1']);
      }
      files.heal();
    }
    await log.append([record('a', 2, ['u2'])]);
    await killAndExpect(path, 2);
    await log.close();
    await expectReopened(path, 2);
  });

  it('[LOG9] a disk with space for the frame and not for the zeros ahead of it takes the frame', async () => {
    const path = join(directory.path, 'live');
    const log = await EmbeddedUpdateLog.open(path, { files });
    // Removal of what an earlier try left, the file, its header, its name; then the zeros.
    files.sabotage((call) => (call === 4 ? 'half' : undefined));
    await log.append([record('a', 1, ['u1'])]);
    expect(files.calls.slice(0, 7)).toEqual(['remove', 'create', 'write', 'sync', 'write', 'truncate', 'write']);
    await log.append([record('a', 2, ['u2'])]);
    expect(files.calls.slice(7)).toEqual(['write']);
    await log.close();
    await expectReopened(path, 2);
  });
});

describe('the embedded store whose database cannot be written', () => {
  it('[LOG16] acknowledges what its log takes, up to a bound, and goes on once it can', async () => {
    const path = join(directory.path, 'live');
    const gate = new Gate();
    const limits = { ...LIMITS, fullAt: { bytes: 1e6, updates: 10 }, retryAfter: { first: 0, longest: 0 } };
    const log = await EmbeddedUpdateLog.open(path, { commits: gate.commits, limits });
    for (let sequence = 1; sequence <= 10; sequence++) await log.append([update(sequence)]);
    expect(gate.refused).toBeGreaterThan(1);
    const tooMuch = log.append([update(11)]);
    await expect(tooMuch).rejects.toThrow(/could not be written: the gate is shut/);
    await expectAll(log, 10);
    await killAndExpect(path, 10);
    gate.open = 1000;
    await log.append([update(11)]);
    await expectAll(log, 11);
    await log.close();
    await expectReopened(path, 11);
  });

  it('[LOG16] waits longer from try to try', async () => {
    const gate = new Gate();
    const limits = { ...LIMITS, retryAfter: { first: 100_000, longest: 100_000 } };
    const log = await EmbeddedUpdateLog.open(join(directory.path, 'live'), { commits: gate.commits, limits });
    for (let sequence = 1; sequence <= 20; sequence++) await log.append([update(sequence)]);
    expect(gate.refused).toBe(1);
    await log.close();
    await expectReopened(join(directory.path, 'live'), 20);
  });

  it('[LOG16] the operator is told when it begins to fail, and when it no longer does', async () => {
    const gate = new Gate();
    const lines: string[] = [];
    const say = (level: string) => (_: object, message: string) => {
      if (level !== 'debug') lines.push(`${level}: ${message}`);
    };
    const watch = new CheckpointLog({ debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') });
    const limits = { ...LIMITS, retryAfter: { first: 0, longest: 0 } };
    const log = await EmbeddedUpdateLog.open(join(directory.path, 'live'), { commits: gate.commits, limits, watch });
    for (let sequence = 1; sequence <= 9; sequence++) await log.append([update(sequence)]);
    await gate.quiet();
    expect(gate.refused).toBeGreaterThan(1);
    expect([watch.isFailing, lines]).toEqual([true, [expect.stringMatching(/^error: .*cannot be written/)]]);
    gate.open = 1000;
    await log.append([update(10)]);
    await log.close();
    expect([watch.isFailing, lines.slice(1)]).toEqual([false, [expect.stringMatching(/^info: .*again/)]]);
  });
});

function update(sequence: number) {
  return record('a', sequence, [`u${sequence}`], sequence);
}

/** Appends one after the other, each until it is taken. Answers how many tries failed. */
async function write(log: EmbeddedUpdateLog, count: number): Promise<number> {
  let failures = 0;
  for (let sequence = 1; sequence <= count; ) {
    try {
      await log.append([update(sequence)]);
      sequence++;
    } catch {
      failures++;
    }
  }
  return failures;
}

async function expectAll(log: EmbeddedUpdateLog, count: number): Promise<void> {
  const stored = await log.load(id('a'));
  expect(texts(stored?.tail)).toEqual(Array.from({ length: count }, (_, index) => `u${index + 1}`));
}

/** Opens what a killed process would leave now, if no checkpoint is under way. */
async function killAndExpect(path: string, count: number): Promise<void> {
  const copy = `${path}-copy`;
  killedCopy(path, copy);
  await expectReopened(copy, count);
}

async function expectReopened(path: string, count: number): Promise<void> {
  const log = await EmbeddedUpdateLog.open(path);
  await expectAll(log, count);
  await log.close();
}

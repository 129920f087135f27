import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { id, record, texts, utf8 } from '../contracts/log-records.ts';
import { compileSources } from '../support/compiled-sources.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';

let directory: TemporaryDirectory;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

describe('the embedded store on a full disk', () => {
  it('[LOG9] append, compact and delete reject, the log is as before, and works once there is space', async (test) => {
    const disk = join(directory.path, 'disk');
    if (!mountSmallDisk(disk)) {
      console.log('A disk of 2 MB could not be mounted (it needs root): the test of a full disk is skipped.');
      return test.skip();
    }
    try {
      const log = await EmbeddedUpdateLog.open(join(disk, 'data'));
      await log.append([record('a', 1, ['one']), record('b', 1, ['one'])]);
      writeFileSync(join(disk, 'ballast'), new Uint8Array(600_000));
      const large = record('a', 2, ['x'.repeat(300_000)]);
      let sequence = 2;
      const filled = async () => {
        for (; sequence < 100; sequence++) await log.append([{ ...large, firstSequence: sequence }]);
      };
      await expect(filled()).rejects.toThrow(/could not be written/);

      // Twice, and several at once: the first failure must not leave the store unusable or a promise pending.
      const failing = [1, 2, 3].map(() => log.append([{ ...large, firstSequence: sequence }, record('c', 1, ['one'])]));
      for (const append of failing) await expect(append).rejects.toThrow(/could not be written/);
      await expect(
        log.compact(id('a'), { update: utf8('x'.repeat(1_500_000)), sequence: sequence - 1 }),
      ).rejects.toThrow();
      expect(await log.load(id('a'))).toMatchObject({ snapshot: undefined, sequence: sequence - 1 });
      expect(texts((await log.load(id('b')))?.tail)).toEqual(['one']);
      expect(await log.list(undefined, 10)).toEqual([id('a'), id('b')]);

      rmSync(join(disk, 'ballast'));
      await log.append([{ ...large, firstSequence: sequence }, record('c', 1, ['one'])]);
      expect(await log.load(id('a'))).toMatchObject({ sequence });
      await log.close();
      const again = await EmbeddedUpdateLog.open(join(disk, 'data'));
      expect(await again.load(id('a'))).toMatchObject({ sequence });
      expect(await again.list(undefined, 10)).toEqual([id('a'), id('b'), id('c')]);
      await again.close();
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });
});

describe('the embedded store after a kill', () => {
  it('[LOG1] [LOG2] [LOG3] nothing that was acknowledged is lost, and no call is stored by half', async () => {
    const compiled = compileSources('infrastructure/stores', 'domain');
    try {
      let acknowledged = 0;
      for (const enough of [40, 170]) {
        rmSync(directory.path, { recursive: true });
        acknowledged = await killedAfter(enough, [
          compiled.url('infrastructure/stores/embedded/embedded-update-log').href,
          compiled.url('domain/value-objects/document-id').href,
        ]);
        const log = await EmbeddedUpdateLog.open(directory.path);
        const [a, b] = [await log.load(id('a')), await log.load(id('b'))];
        expect(a?.sequence).toBeGreaterThanOrEqual(acknowledged);
        expect(a?.sequence).toBeLessThanOrEqual(acknowledged + 1);
        expect(b?.sequence).toBe(a?.sequence);
        expect(texts(b?.tail)).toEqual(Array.from({ length: b?.sequence ?? 0 }, (_, index) => `u${index + 1}`));
        await log.close();
      }
      expect(acknowledged).toBeGreaterThanOrEqual(170);
    } finally {
      compiled.remove();
    }
  });
});

describe('the embedded store with damaged bytes', () => {
  it('[LOG6] any flipped byte of a record or a snapshot makes that document damaged, and no other', async () => {
    const markers = { a: 'MARK-OF-RECORD-A', b: 'MARK-OF-SNAPSHOT-B' };
    const log = await EmbeddedUpdateLog.open(directory.path);
    await log.append([record('a', 1, [markers.a]), record('b', 1, ['one']), record('c', 1, ['one'])]);
    await log.compact(id('b'), { update: utf8(markers.b), sequence: 1 });
    await log.close();
    const file = join(directory.path, 'documents.mdb');
    const intact = readFileSync(file);

    for (const [damaged, marker] of Object.entries(markers)) {
      for (const offset of [0, marker.length - 1]) {
        writeFileSync(file, flipEverywhere(intact, marker, offset));
        const reopened = await EmbeddedUpdateLog.open(directory.path);
        for (const name of ['a', 'b', 'c']) {
          const load = reopened.load(id(name));
          if (name === damaged) await expect(load).rejects.toThrow(DamagedDocumentError);
          else expect((await load)?.sequence).toBe(1);
        }
        await reopened.close();
      }
    }
  });

  it('[LOG12] a file that was cut is damage where something is lost, and does not end the process', async () => {
    const log = await EmbeddedUpdateLog.open(directory.path);
    for (let sequence = 1; sequence <= 20; sequence++) await log.append([record('a', sequence, ['x'.repeat(9000)])]);
    await log.close();
    const file = join(directory.path, 'documents.mdb');
    const intact = readFileSync(file);
    for (let length = intact.length - 4096; length >= 8192; length -= 3 * 4096) {
      writeFileSync(file, intact.subarray(0, length));
      const outcome = await loadedSequence();
      expect(outcome === 'refused' || outcome === 'damaged' || outcome === 20).toBe(true);
    }
    writeFileSync(file, intact.subarray(0, 3 * 4096));
    expect(await loadedSequence()).not.toBe(20);
  });

  it('[LOG6] a damaged document is not compacted over; it can be deleted', async () => {
    const log = await EmbeddedUpdateLog.open(directory.path);
    await log.append([record('a', 1, ['MARK-OF-RECORD-A']), record('a', 2, ['two'])]);
    await log.close();
    const file = join(directory.path, 'documents.mdb');
    writeFileSync(file, flipEverywhere(readFileSync(file), 'MARK-OF-RECORD-A', 3));
    const reopened = await EmbeddedUpdateLog.open(directory.path);
    await expect(reopened.compact(id('a'), { update: utf8('x'), sequence: 2 })).rejects.toThrow(DamagedDocumentError);
    await expect(reopened.load(id('a'))).rejects.toThrow(DamagedDocumentError);
    await reopened.delete(id('a'));
    expect(await reopened.load(id('a'))).toBeUndefined();
    await reopened.close();
  });
});

describe('the embedded store and its directory', () => {
  it('[LOG10] a second store on the directory is refused, and gets it when the first is closed', async () => {
    const first = await EmbeddedUpdateLog.open(directory.path);
    await expect(EmbeddedUpdateLog.open(directory.path)).rejects.toThrow(`process ${process.pid}`);
    await first.close();
    await (await EmbeddedUpdateLog.open(directory.path)).close();
  });

  it('[LOG12] a file that is no database is refused and left alone, and the directory is free again', async () => {
    const file = join(directory.path, 'documents.mdb');
    for (const content of [
      'short',
      'this is no database, and long enough to be one'.repeat(500),
      '\0'.repeat(20_000),
    ]) {
      writeFileSync(file, content);
      await expect(EmbeddedUpdateLog.open(directory.path)).rejects.toThrow(/is no database/);
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    rmSync(file);
    await (await EmbeddedUpdateLog.open(directory.path)).close();
  });
});

async function loadedSequence(): Promise<number | undefined | 'damaged' | 'refused'> {
  try {
    const log = await EmbeddedUpdateLog.open(directory.path);
    try {
      return (await log.load(id('a')))?.sequence;
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedDocumentError);
      return 'damaged';
    } finally {
      await log.close();
    }
  } catch {
    return 'refused';
  }
}

function mountSmallDisk(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts a child that appends, kills it once it acknowledged `enough`, and returns the last number it printed. */
async function killedAfter(enough: number, urls: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL('../support/append-child.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, ...urls, directory.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === enough) child.kill('SIGKILL');
  }
  await ended;
  return last;
}

/** LMDB leaves old versions of a page in the file, so every place that holds the marker is changed. */
function flipEverywhere(file: Buffer, marker: string, offset: number): Buffer {
  const copy = Buffer.from(file);
  let at = copy.indexOf(marker);
  expect(at).toBeGreaterThan(0);
  for (; at >= 0; at = copy.indexOf(marker, at + 1)) copy[at + offset]! ^= 0x20;
  return copy;
}

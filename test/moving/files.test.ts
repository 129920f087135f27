import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logArchive } from '../../src/application/moving/log-archive.ts';
import { move } from '../../src/application/moving/move.ts';
import { storeSource } from '../../src/application/moving/store-source.ts';
import type { DocumentArchive } from '../../src/application/ports/document-archive.ts';
import type { DocumentSource } from '../../src/application/ports/document-source.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { fileNameOf, idIn } from '../../src/infrastructure/moving/files/file-name.ts';
import { FolderArchive } from '../../src/infrastructure/moving/files/folder-archive.ts';
import { FolderSource } from '../../src/infrastructure/moving/files/folder-source.ts';
import { TarArchive } from '../../src/infrastructure/moving/files/tar-archive.ts';
import { TarSource } from '../../src/infrastructure/moving/files/tar-source.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { id, record } from '../contracts/log-records.ts';
import { insertion, textOf } from '../support/updates.ts';
import { freshPath, history, NAMES, RecordedProgress, sourceOf, stored } from './support/moving-scene.ts';

const now = () => 1_000;

/** Unix milliseconds; a tar has whole seconds. */
const WRITTEN = 1_700_000_000_000;

async function filled(names: readonly string[] = NAMES): Promise<MemoryUpdateLog> {
  const log = new MemoryUpdateLog();
  await log.append(names.map((name) => ({ ...record(name, 1, [], WRITTEN), updates: history(name) })));
  return log;
}

function exported(log: MemoryUpdateLog, archive: DocumentArchive) {
  return move(storeSource(log, 'nothing'), archive, new RecordedProgress(), now);
}

async function imported(source: DocumentSource) {
  const log = new MemoryUpdateLog();
  const progress = new RecordedProgress();
  const tally = await move(source, logArchive(log), progress, now);
  return { log, tally, progress };
}

async function expectAll(log: MemoryUpdateLog): Promise<void> {
  expect((await log.list(undefined, 100)).map(({ value }) => value).sort()).toEqual([...NAMES].sort());
  for (const name of NAMES) {
    expect(textOf(...(await stored(log, name)))).toBe(name);
    expect((await log.load(id(name)))?.lastModified).toBe(WRITTEN);
  }
}

describe('names of files', () => {
  it.each([
    ['notes', 'notes'],
    ['team/a b', 'team%2fa%20b'],
    ['Ab.C~', '%41b%2e%43%7e'],
    ['ü', '%c3%bc'],
    ['文'.repeat(2), '%e6%96%87%e6%96%87'],
  ])('[MOVE8] %s is %s', (value, name) => {
    expect(fileNameOf(id(value))).toEqual({ name, form: 'whole' });
    expect(idIn(name)).toBe(value);
  });

  it('[MOVE8] a name is safe and short, differs for other ids, and gives the id back where it is whole', () => {
    const isId = (value: string) => {
      try {
        return DocumentId.parse(value).value === value;
      } catch {
        return false;
      }
    };
    const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 }).filter(isId);
    const property = fc.property(ids, ids, (one, other) => {
      const { name, form } = fileNameOf(id(one));
      expect(name).toMatch(/^[a-z0-9_%~-]{1,200}$/);
      if (form === 'whole') expect(idIn(name)).toBe(one);
      if (one !== other) expect(fileNameOf(id(other)).name).not.toBe(name);
    });
    fc.assert(property);
  });
});

describe('a folder of documents', () => {
  it('[MOVE8] [MOVE1] takes documents of any id, and gives them back', async () => {
    const folder = freshPath('export');
    const first = await exported(await filled(), await FolderArchive.open(folder));
    expect(first.count('written')).toBe(NAMES.length);
    const { log, tally, progress } = await imported(await FolderSource.open(folder));
    expect([tally.count('written'), progress.total]).toEqual([NAMES.length, NAMES.length]);
    await expectAll(log);
  });

  it('[MOVE2] [MOVE3] an export that is repeated writes what is missing, and adds to a file with other content', async () => {
    const folder = freshPath('export');
    const log = await filled();
    await exported(log, await FolderArchive.open(folder));
    rmSync(join(folder, 'a.yjs'));
    writeFileSync(join(folder, 'a.yjs.part'), 'half of it');
    writeFileSync(join(folder, 'a%2fb.yjs'), insertion('other'));
    const tally = await exported(log, await FolderArchive.open(folder));
    expect([tally.count('written'), tally.count('merged')]).toEqual([1, 1]);
    expect(tally.count('there')).toBe(NAMES.length - 2);
    const merged = textOf(readFileSync(join(folder, 'a%2fb.yjs')));
    expect([merged.includes('other'), merged.includes('a/b')]).toEqual([true, true]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('[MOVE4] a file that is no document is told, and left as it is', async () => {
    const folder = freshPath('export');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.yjs'), 'a shopping list');
    const tally = await exported(await filled(), await FolderArchive.open(folder));
    expect(tally.faults).toMatchObject([{ name: 'a', why: expect.stringMatching(/is no Yjs update; move it away/) }]);
    expect(readFileSync(join(folder, 'a.yjs'), 'utf8')).toBe('a shopping list');
  });

  it('[MOVE8] files that people made: folders, .bin, other files; bad names are told', async () => {
    const folder = freshPath('files');
    mkdirSync(join(folder, 'team', 'x'), { recursive: true });
    writeFileSync(join(folder, 'team', 'x', 'Notes 1.bin'), insertion('notes'));
    writeFileSync(join(folder, '100%.yjs'), insertion('percent'));
    writeFileSync(join(folder, `start~${'0'.repeat(40)}.yjs`), insertion('cut'));
    writeFileSync(join(folder, 'readme.txt'), 'hello');
    writeFileSync(join(folder, 'empty.yjs'), '');
    const { log, tally } = await imported(await FolderSource.open(folder));
    expect(textOf(...(await stored(log, 'team/x/Notes 1')))).toBe('notes');
    const why = Object.fromEntries(tally.faults.map((fault) => [fault.name, fault.why]));
    expect(Object.keys(why)).toHaveLength(3);
    expect(why['100%.yjs']).toMatch(/write % as %25/);
    expect(why[`start~${'0'.repeat(40)}.yjs`]).toMatch(/its id should stand in .*\.id/);
    expect(why.empty).toBeTruthy();
    await expect(FolderSource.open(join(folder, 'nowhere'))).rejects.toThrow(/cannot be read/);
    await expect(FolderSource.open(join(folder, 'readme.txt'))).rejects.toThrow(/is no folder/);
  });
});

describe('a tar of documents', () => {
  it('[MOVE9] takes documents of any id, has its name when it is whole, and gives them back', async () => {
    const file = freshPath('export.tar');
    const tally = await exported(await filled(), await TarArchive.toFile(file));
    expect(tally.count('written')).toBe(NAMES.length);
    const { log } = await imported(await TarSource.ofFile(file));
    await expectAll(log);
  });

  it('[MOVE9] a run that fails leaves what was there', async () => {
    const file = freshPath('export.tar');
    writeFileSync(file, 'from before');
    const failing: DocumentSource = {
      ...sourceOf({}),
      documents: async function* () {
        yield* sourceOf({ a: history('a') }).documents();
        throw new Error('cut off');
      },
    };
    const run = move(failing, await TarArchive.toFile(file), new RecordedProgress(), now);
    await expect(run).rejects.toThrow('cut off');
    expect(readFileSync(file, 'utf8')).toBe('from before');
    expect(readdirSync(dirname(file))).toEqual(['export.tar']);
  });

  it('[MOVE9] what stands in the file is not what was written: the run fails', async () => {
    const [file, other] = [freshPath('export.tar'), freshPath('other.tar')];
    const archive = await TarArchive.toFile(file);
    await exported(await filled(['b']), await TarArchive.toFile(other));
    const deceived: DocumentArchive = {
      atOnce: 1,
      write: async (...args) => {
        const result = await archive.write(...args);
        // The name stands for another file from here on.
        renameSync(other, `${file}.part`);
        return result;
      },
      finish: () => archive.finish(),
      abandon: () => archive.abandon(),
    };
    await expect(exported(await filled(['a']), deceived)).rejects.toThrow(/is not what was written/);
  });

  it('[MOVE6] a tar that was cut off ends the import; what came before is there', async () => {
    const file = freshPath('export.tar');
    await exported(await filled(['a', 'b', 'c']), await TarArchive.toFile(file));
    truncateSync(file, 2_600);
    const log = new MemoryUpdateLog();
    const run = move(await TarSource.ofFile(file), logArchive(log), new RecordedProgress(), now);
    await expect(run).rejects.toThrow();
    expect(textOf(...(await stored(log, 'a')))).toBe('a');
    await expect(TarSource.ofFile(freshPath('nowhere.tar'))).rejects.toThrow(/cannot be read/);
  });
});

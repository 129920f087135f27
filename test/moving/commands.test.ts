import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/application/runtime/command.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { insertion, textOf } from '../support/updates.ts';
import { freshPath, stored } from './support/moving-scene.ts';
import { program } from './support/program.ts';

function folderWith(documents: Readonly<Record<string, Uint8Array>>): string {
  const folder = freshPath('files');
  mkdirSync(folder);
  for (const [name, update] of Object.entries(documents)) writeFileSync(join(folder, name), update);
  return folder;
}

describe('the commands that move documents', () => {
  it('[MOVE13] import, export, copy, check and delete, from the prompt', async () => {
    const [data, copied, third, out] = [freshPath('data'), freshPath('copy'), freshPath('third'), freshPath('out')];
    const files = folderWith({ 'a%2fb.yjs': insertion('hello'), 'c.bin': insertion('c') });
    const environment = { DATA_DIR: data };
    const first = await program(['import', '--from', 'files', files], environment);
    expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/^2 documents written, 0 merged/)]);
    const again = await program(['import', '--from', 'files', files], environment);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('2 there already')]);
    const copy = await program(['copy', '--from', data, '--to', pathToFileURL(copied).href]);
    expect([copy.code, copy.stderr]).toEqual([0, expect.stringMatching(/^2 documents written/)]);
    const tar = await program(['export', '--tar', '-', '--from', copied]);
    expect([tar.code, tar.stdout.subarray(257, 262).toString()]).toEqual([0, 'ustar']);
    const fromTar = await program(['import', '--from', 'files', '-', '--to', third], {}, tar.stdout);
    expect([fromTar.code, fromTar.stderr]).toEqual([0, expect.stringMatching(/^2 documents written/)]);
    const exported = await program(['export', out], environment);
    expect(exported.code).toBe(0);
    const check = await program(['check', '--json', '--from', third]);
    expect([check.code, check.stdout.toString()]).toEqual([0, '{"documents":2,"damaged":0}\n']);
    const deleted = await program(['delete', 'c', 'never', '--from', third]);
    expect([deleted.code, deleted.stderr]).toEqual([0, '"c" is deleted\n"never" is deleted\n']);
    const log = await EmbeddedUpdateLog.open(third);
    expect(textOf(...(await stored(log, 'a/b')))).toBe('hello');
    expect((await log.list(undefined, 10)).map(({ value }) => value)).toEqual(['a/b']);
    await log.close();
  }, 60_000);

  it('[MOVE13] a bad document is listed, and the exit code is 2', async () => {
    const files = folderWith({ 'good.yjs': insertion('good'), 'bad.yjs': new Uint8Array([7]) });
    const { code, stderr } = await program(['import', '--from', 'files', files, '--to', freshPath('data')]);
    expect(code).toBe(2);
    expect(stderr.match(/^"bad": /gm)).toHaveLength(2);
    expect(stderr).toContain('1 documents written');
    expect(stderr).toContain('1 failed');
  });

  it('[MOVE13] a store that is in use, or is none, ends the command with what is in the way', async () => {
    const data = freshPath('data');
    const log = await EmbeddedUpdateLog.open(data);
    const files = folderWith({ 'a.yjs': insertion('a') });
    const inUse = await program(['import', '--from', 'files', files], { DATA_DIR: data });
    expect([inUse.code, inUse.stderr]).toEqual([1, expect.stringContaining(`process ${process.pid}`)]);
    await log.close();
    const nowhere = await program(['check', '--from', freshPath('nowhere')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringMatching(/^There is no store in the folder/)]);
    const strange = await program(['copy', '--from', data, '--to', 'redis://localhost/1']);
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringMatching(/names no store/)]);
    const memory = await program(['export', freshPath('out')], { STORE_URL: 'memory:' });
    expect([memory.code, memory.stderr]).toEqual([2, expect.stringMatching(/in memory holds nothing/)]);
  });

  it.each([
    [['import', 'x'], /--from must be one of y-leveldb/],
    [['import', '--from', 'word', 'x'], /--from must be one of/],
    [['import', '--from', 'files'], /Give the file, folder or URL/],
    [['export'], /Give the folder/],
    [['export', 'a', 'b'], /nothing else/],
    [['copy', '--from', 'a'], /--to STORE/],
    [['copy', '--from', 'a', '--to', 'a'], /same store/],
    [['check', '--yaml'], /--yaml/],
    [['delete'], /ids are missing/],
    [['delete', 'a\nb'], /control characters/],
  ])('[MOVE13] %j is refused', (args, problem) => {
    expect(parseCommand(args)).toMatchObject({ kind: 'unknown', problem: expect.stringMatching(problem) });
  });
});

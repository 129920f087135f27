import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { DOOR_NAMES } from '../support/doors/doors.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { expectEdits, StubbornWriter } from './stubborn-writer.ts';

const DISK_BYTES = 24 * 1024 * 1024;
/** What else lies on the disk, and is removed to make space: also for a compaction, which stores everything twice. */
const BALLAST_BYTES = 21 * 1024 * 1024;
const PLACE = { document: 'full', editBytes: 60_000 };
const LONGEST = 60_000;

describe('a server whose disk is full', () => {
  it(
    '[ROOM9] acknowledges nothing, says so, and goes on where it was once there is space',
    async (test) => {
      const disk = smallDisk(test);
      const server = await start(disk, {});
      const writers = await openWriters(server);
      await fill(server, writers);
      expect(await readiness(server)).toBe(503);
      expect(writers.some((writer) => writer.acknowledged < writer.sent)).toBe(true);

      disk.makeSpace();
      await Promise.all(writers.map((writer) => writer.settled()));
      expect(await readiness(server)).toBe(200);
      for (const writer of writers) expect(writer).toMatchObject({ acknowledged: writer.sent, refusals: 0 });
      await expectEdits(PLACE, server, writers, 'none that was sent');
      await server.kill();
      await expectEdits(PLACE, await start(disk, {}), writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[ROOM9] [ROOM1] lets go of its clients after a while, and takes their updates when they come again',
    async (test) => {
      const disk = smallDisk(test);
      const environment = { STORE_RETRY_MS: '300' };
      const server = await start(disk, environment);
      const writers = await openWriters(server);
      await fill(server, writers);
      await Promise.all(writers.map((writer) => writer.letGo));
      expect(await readiness(server)).toBe(503);

      disk.makeSpace();
      for (const writer of writers) await writer.comeAgain(server);
      await Promise.all(writers.map((writer) => writer.settled()));
      expect(await readiness(server)).toBe(200);
      await expectEdits(PLACE, server, writers, 'none that was sent');
      await server.kill();
      await expectEdits(PLACE, await start(disk, environment), writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[ROOM9] [ROOM1] and that is killed has all that it acknowledged',
    async (test) => {
      const disk = smallDisk(test);
      const server = await start(disk, {});
      const writers = await openWriters(server);
      await fill(server, writers);
      await server.kill();
      await Promise.all(writers.map((writer) => writer.letGo));
      disk.makeSpace();
      await expectEdits(PLACE, await start(disk, {}), writers, 'none that was acknowledged');
    },
    LONGEST,
  );
});

interface Disk {
  readonly path: string;
  makeSpace(): void;
}

/** A disk of its own, so small that a few edits fill it. */
function smallDisk(test: TestContext): Disk {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const path = join(directory.path, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    console.log('A small disk could not be mounted (it needs root): the test of a full disk is skipped.');
    test.skip();
  }
  atEnd(() => execFileSync('umount', ['--lazy', path]));
  const ballast = join(path, 'ballast');
  writeFileSync(ballast, new Uint8Array(BALLAST_BYTES));
  return { path, makeSpace: () => rmSync(ballast) };
}

async function start(disk: Disk, environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await ServerProcess.start({ DATA_DIR: join(disk.path, 'data'), ...environment });
  atEnd(() => server.kill());
  return server;
}

async function readiness({ httpUrl }: ServerProcess): Promise<number> {
  return (await fetch(`${httpUrl}/health/ready`)).status;
}

function openWriters(server: ServerProcess): Promise<readonly StubbornWriter[]> {
  return Promise.all(
    DOOR_NAMES.map(async (door) => {
      const writer = new StubbornWriter(door, `${door} writer`, PLACE);
      await writer.comeAgain(server);
      atEnd(() => writer.close());
      return writer;
    }),
  );
}

/** Edits until the disk is full, and some more. */
async function fill(server: ServerProcess, writers: readonly StubbornWriter[]): Promise<void> {
  let state: 'filling' | 'full' = 'filling';
  const full = server.logged('The store failed; nothing is acknowledged until it works').then(() => {
    state = 'full';
  });
  const write = async (writer: StubbornWriter) => {
    while (state === 'filling') {
      writer.edit();
      await Promise.race([writer.settled(), full]);
    }
  };
  await Promise.all(writers.map(write));
  for (const writer of writers) writer.edit();
}

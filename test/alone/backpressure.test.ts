import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { atEnd } from '../support/clean-up.ts';
import type { DoorClient } from '../support/doors/door.ts';
import { DOORS, type DoorName } from '../support/doors/doors.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const MIB = 1024 * 1024;
const UPDATE_BYTES = 100_000;
const UPDATES = 1_000;
/** Before anything is measured: until the machine code is made, and the buffers have their size. */
const WARM_UP = 120;
/** Milliseconds between two updates. */
const PERIOD = 14;

/** Of 40 readers 20 stop reading, and of each kind of those as many go on. */
const KINDS: readonly DoorName[] = [
  ...Array<DoorName>(8).fill('y-websocket'),
  ...Array<DoorName>(6).fill('JSON'),
  ...Array<DoorName>(6).fill('gRPC'),
];

/** Memory of a process that no file stands behind: what it allocated. In bytes. */
function anonymousMemory(pid: number): number {
  const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** Overwrites one value again and again, so that 100 MB go through a document that stays small. */
class Overwriter {
  readonly doc = new Y.Doc();
  readonly #filler = 'x'.repeat(UPDATE_BYTES);
  #count = 0;

  get value(): unknown {
    return this.doc.getMap('m').get('k');
  }

  next(): Uint8Array {
    let made: Uint8Array = new Uint8Array();
    this.doc.once('update', (update: Uint8Array) => {
      made = update;
    });
    this.doc.getMap('m').set('k', `${this.#count++}:${this.#filler}`);
    return made;
  }
}

/** Gets each update by itself, in order, as long as it keeps up; then it does not have to look into them. */
class HealthyReader {
  readonly latencies: number[] = [];
  received = 0;
  last: Uint8Array = new Uint8Array();

  static async open(server: ServerProcess, kind: DoorName, sentAt: readonly number[]): Promise<HealthyReader> {
    const reader = new HealthyReader();
    await DOORS[kind](server, 'flow', { learned: (update) => reader.#learn(update, sentAt) });
    return reader;
  }

  #learn(update: Uint8Array, sentAt: readonly number[]): void {
    this.latencies.push(performance.now() - (sentAt[this.received++] ?? 0));
    this.last = update;
  }
}

class StalledReader {
  readonly doc = new Y.Doc();
  client!: DoorClient;
  bytes = 0;

  static async open(server: ServerProcess, kind: DoorName): Promise<StalledReader> {
    const reader = new StalledReader();
    reader.client = await DOORS[kind](server, 'flow', { learned: (update) => reader.#learn(update) });
    return reader;
  }

  #learn(update: Uint8Array): void {
    this.bytes += update.byteLength;
    Y.applyUpdate(this.doc, update);
  }

  get value(): unknown {
    return this.doc.getMap('m').get('k');
  }
}

/** As `eventually`, for what takes longer and is all here. */
async function waitFor(what: string, isThere: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!isThere()) {
    if (Date.now() > end) throw new Error(`It never came to ${what}`);
    await delay(5);
  }
}

it('[LIM12] 20 of 40 readers stop while 100 MB flow: memory stays, the others do not notice, and they catch up', async () => {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const server = await ServerProcess.start({ DATA_DIR: directory.path, LOG_LEVEL: 'info' });
  atEnd(() => server.kill());
  const sentAt: number[] = [];
  let acknowledged = 0;
  const writer = await DOORS['y-websocket'](server, 'flow', {
    acknowledged: () => {
      acknowledged++;
    },
  });
  const healthy = await Promise.all(KINDS.map((kind) => HealthyReader.open(server, kind, sentAt)));
  const stalled = await Promise.all(KINDS.map((kind) => StalledReader.open(server, kind)));
  const source = new Overwriter();
  let newest: Uint8Array = new Uint8Array();
  let most = 0;

  const write = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      newest = source.next();
      sentAt.push(performance.now());
      writer.send(newest);
      if (at % 20 === 0) most = Math.max(most, anonymousMemory(server.pid));
      await delay(PERIOD);
    }
  };

  await write(WARM_UP);
  await waitFor('everyone warm', () => healthy.every(({ received }) => received === WARM_UP));
  await waitFor('everyone warm', () => stalled.every(({ value }) => value === source.value));
  for (const { latencies } of healthy) latencies.length = 0;
  for (const reader of stalled) {
    reader.client.pause();
    reader.bytes = 0;
  }
  const before = anonymousMemory(server.pid);
  most = before;
  await write(UPDATES);
  await waitFor('healthy readers with all', () => healthy.every(({ received }) => received === WARM_UP + UPDATES));
  for (const { last } of healthy) expect(Buffer.compare(last, newest)).toBe(0);
  const growth = (Math.max(most, anonymousMemory(server.pid)) - before) / MIB;

  for (const { client } of stalled) client.resume();
  await waitFor('stalled readers up to date', () => stalled.every(({ value }) => value === source.value));
  for (const { doc, bytes } of stalled) {
    expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(source.doc));
    expect(bytes).toBeLessThan((UPDATES * UPDATE_BYTES) / 2);
  }
  await waitFor('all acknowledged', () => acknowledged === WARM_UP + UPDATES);

  const latencies = healthy.flatMap((reader) => reader.latencies).sort((a, b) => a - b);
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? Number.POSITIVE_INFINITY;
  console.log(`memory grew by ${growth.toFixed(0)} MiB; p99 of the healthy readers ${p99.toFixed(0)} ms`);
  expect(growth).toBeLessThan(100);
  expect(p99).toBeLessThan(100);
}, 120_000);

import { cpSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { Environment } from '../../src/infrastructure/stores/embedded/environment.ts';
import { recordKey } from '../../src/infrastructure/stores/embedded/keys.ts';
import { encodeRecords } from '../../src/infrastructure/stores/embedded/record-codec.ts';
import { DEFAULT_LIMITS } from '../../src/infrastructure/stores/embedded/store-limits.ts';
import { encodeRecordEntries } from '../../src/infrastructure/stores/embedded/wal/entry-codec.ts';
import { id, record, texts, utf8 } from '../contracts/log-records.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { Gate } from './support/gated-commits.ts';
import { killedCopy } from './support/killed-copy.ts';

let directory: TemporaryDirectory;
let live: string;
beforeEach(() => {
  directory = temporaryDirectory();
  live = join(directory.path, 'live');
});
afterEach(() => directory.remove());

describe('the write-ahead log, killed while it was written', () => {
  it('[LOG1] [LOG2] [LOG14] cut anywhere in its last segment, it has every frame that is whole, and no hole', async () => {
    const ends = await written(live, 6);
    const file = readFileSync(join(live, 'wal-1.log'));
    const used = ends.at(-1) ?? 0;
    for (let length = 0; length <= used; length++) {
      const whole = ends.filter((end) => end <= length).length;
      expect(await sequencesOf(file.subarray(0, length))).toEqual([whole, whole]);
    }
  });

  it('[LOG2] [LOG14] a last frame of which any part did not get to the disk is not there', async () => {
    const ends = await written(live, 3);
    const file = readFileSync(join(live, 'wal-1.log'));
    const [start = 0, end = 0] = ends.slice(-2);
    for (let at = start; at < end; at += 3) {
      const torn = Buffer.from(file);
      torn.fill(0, at, end);
      // What was zero anyway is padding, or ends a number.
      const whole = torn.equals(file) ? 3 : 2;
      expect(await sequencesOf(torn)).toEqual([whole, whole]);
    }
  });

  it('[LOG9] what a failed start left behind of a segment is no damage', async () => {
    await written(live, 2);
    for (const left of [Buffer.alloc(0), Buffer.alloc(16), Buffer.alloc(5000)]) {
      writeFileSync(join(live, 'wal-2.log'), left);
      expect(await sequencesOf(readFileSync(join(live, 'wal-1.log')))).toEqual([2, 2]);
    }
  });
});

describe('the write-ahead log with damaged bytes', () => {
  it('[LOG15] a frame that is not readable and has others behind it is refused, at any bit', async () => {
    const ends = await written(live, 3);
    const path = join(live, 'wal-1.log');
    const file = readFileSync(path);
    const [first = 0, second = 0] = ends;
    for (let bit = first * 8; bit < second * 8; bit += 5) {
      const damaged = Buffer.from(file);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const outcome = await sequencesOf(damaged);
      // The bytes that fill a frame up to its alignment mean nothing.
      if (bit < (second - 8) * 8) expect(outcome).toMatch(new RegExp(`wal-1.log is damaged at byte ${first}`));
    }
  });

  it('[LOG15] a header that is not readable is refused, and says so', async () => {
    await written(live, 2);
    const file = readFileSync(join(live, 'wal-1.log'));
    for (let bit = 0; bit < 32 * 8; bit += 3) {
      const damaged = Buffer.from(file);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(await sequencesOf(damaged)).toMatch(/wal-1.log is damaged at byte \d+/);
    }
  });

  it('[LOG15] an end that is missing in a segment with others behind it is refused; cutting as it says helps', async () => {
    const ends = await written(live, 4, { segmentBytes: 1 });
    expect(ends).toEqual([]);
    const path = join(live, 'wal-2.log');
    truncateSync(path, 40);
    const message = await refusal(live);
    expect(message).toMatch(/wal-2.log is damaged at byte 32: .* the log goes on to byte \d+/);
    expect(message).toMatch(/truncate -s 32 wal-2.log/);
    truncateSync(path, 32);
    rmSync(join(live, 'wal-3.log'));
    rmSync(join(live, 'wal-4.log'));
    expect(await sequences(live)).toEqual([1, 1]);
  });

  it('[LOG15] a segment that is missing is refused; moving those behind it away helps', async () => {
    await written(live, 4, { segmentBytes: 1 });
    renameSync(join(live, 'wal-2.log'), join(directory.path, 'moved'));
    expect(await refusal(live)).toMatch(/wal-2.log is missing, and 2 that follow it are there/);
    for (const name of ['wal-3.log', 'wal-4.log']) rmSync(join(live, name));
    expect(await sequences(live)).toEqual([1, 1]);
  });

  it('[LOG15] the directory is free again, and a file of another segment is not taken for one', async () => {
    await written(live, 3, { segmentBytes: 1 });
    cpSync(join(live, 'wal-1.log'), join(live, 'wal-2.log'));
    expect(await refusal(live)).toMatch(/wal-2.log is damaged at byte 0/);
    expect(await refusal(live)).toMatch(/wal-2.log is damaged at byte 0/);
  });
});

describe('the write-ahead log and the database', () => {
  it('[LOG14] after a clean stop there is no log, and the database alone has everything', async () => {
    const log = await EmbeddedUpdateLog.open(live);
    await log.append([record('a', 1, ['a1']), record('b', 1, ['b1'])]);
    expect(readdirSync(live)).toContain('wal-1.log');
    await log.close();
    expect(readdirSync(live).sort()).toEqual(['documents.mdb', 'documents.mdb-lock']);
    expect(await sequences(live)).toEqual([1, 1]);
  });

  it('[LOG14] a directory from before there was a log opens as it is', async () => {
    const environment = new Environment(live);
    const { updates } = await environment.handles();
    for (const sequence of [1, 2]) {
      const [entry] = encodeRecordEntries([record('a', sequence, [`a${sequence}`])]).entries;
      if (entry?.kind !== 'record') throw new Error('unreachable');
      const key = recordKey(id('a'), sequence);
      await updates.put(key, Buffer.from(encodeRecords(key, [entry.record])));
    }
    await environment.close();
    expect(await sequences(live)).toEqual([2, undefined]);
    await inSession((log) => log.append([record('a', 3, ['a3'])]));
    expect(await sequences(live)).toEqual([3, undefined]);
  });

  it('[LOG14] a database that was restored without a log opens as of its last checkpoint', async () => {
    await written(live, 2);
    rmSync(join(live, 'wal-1.log'));
    expect(await sequences(live)).toEqual([undefined, undefined]);
  });

  it('[LOG4] a record that is repeated leaves those it was stored together with', async () => {
    const records = [1, 2, 3].map((sequence) => record('a', sequence, [`u${sequence}`], sequence));
    await inSession((log) => log.append(records));
    const before = await inSession((log) => log.load(id('a')));
    for (const repeated of records) {
      await inSession((log) => log.append([repeated]));
      expect(await inSession((log) => log.load(id('a')))).toEqual(before);
    }
  });

  it('[LOG5] a compaction cuts what was stored together, and keeps the time of its last update', async () => {
    const records = [1, 2, 3, 4].map((sequence) => record('a', sequence, [`u${sequence}`], sequence * 10));
    await inSession((log) => log.append(records));
    await inSession((log) => log.compact(id('a'), { update: utf8('1-3'), sequence: 3 }));
    const stored = await inSession((log) => log.load(id('a')));
    expect(stored).toMatchObject({ snapshot: { sequence: 3 }, sequence: 4, lastModified: 40 });
    expect(texts(stored?.tail)).toEqual(['u4']);
    await inSession((log) => log.compact(id('a'), { update: utf8('1-4'), sequence: 4 }));
    expect(await inSession((log) => log.load(id('a')))).toMatchObject({ tail: [], sequence: 4, lastModified: 40 });
  });

  it('[LOG7] [LOG11] a compaction of a document that was made anew brings nothing of the old one back', async () => {
    await inSession((log) => log.append([1, 2, 3, 4].map((sequence) => record('a', sequence, ['old']))));
    const expected = { snapshot: { update: utf8('new'), sequence: 2 }, tail: [], sequence: 2, lastModified: 5 };
    await inSession(async (log) => {
      await log.delete(id('a'));
      await log.append([record('a', 1, ['new']), record('a', 2, ['new'], 5)]);
      await log.compact(id('a'), expected.snapshot);
      expect(await log.load(id('a'))).toEqual(expected);
    });
    expect(await inSession((log) => log.load(id('a')))).toEqual(expected);
  });
});

const inSession = async <Result>(use: (log: EmbeddedUpdateLog) => Promise<Result>): Promise<Result> => {
  const log = await EmbeddedUpdateLog.open(live);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
};

/** A directory as a killed process leaves it: `frames` in the log. Answers where each ends in the first segment. */
async function written(path: string, frames: number, limits: { segmentBytes?: number } = {}): Promise<number[]> {
  const source = join(directory.path, 'source');
  const log = await EmbeddedUpdateLog.open(source, { limits: { ...DEFAULT_LIMITS, ...limits } });
  const ends: number[] = [];
  for (let sequence = 1; sequence <= frames; sequence++) {
    await log.append(['a', 'b'].map((name) => record(name, sequence, [`${name}${sequence}`], 1000)));
    if (limits.segmentBytes === undefined) ends.push(endOf(readFileSync(join(source, 'wal-1.log'))));
  }
  killedCopy(source, path);
  await log.close();
  return ends;
}

/** Frames are padded to 8 bytes, and zeros follow. */
function endOf(file: Buffer): number {
  return Math.ceil((file.findLastIndex((byte) => byte !== 0) + 1) / 8) * 8;
}

/** Of a copy of the live directory with another first segment. Nothing in it is moved. */
async function sequencesOf(segment: Buffer): Promise<unknown> {
  const copy = join(directory.path, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(live, copy, { recursive: true });
  writeFileSync(join(copy, 'wal-1.log'), segment);
  try {
    return await sequences(copy);
  } catch (error) {
    return String(error);
  }
}

/** How far the documents a and b go; what is there is checked. */
async function sequences(path: string): Promise<unknown> {
  const log = await EmbeddedUpdateLog.open(path, { commits: new Gate().commits });
  try {
    const loaded = await Promise.all(['a', 'b'].map((name) => log.load(id(name))));
    for (const [at, name] of ['a', 'b'].entries()) {
      const tail = texts(loaded[at]?.tail);
      expect(tail).toEqual(tail.map((_, index) => `${name}${index + 1}`));
    }
    const counted = loaded.map((stored) => stored?.sequence);
    return path.endsWith('copy') ? counted.map((sequence) => sequence ?? 0) : counted;
  } finally {
    await log.close();
  }
}

async function refusal(path: string): Promise<string> {
  const opened = EmbeddedUpdateLog.open(path);
  return await opened.then(
    () => 'it opened',
    (error) => String(error),
  );
}

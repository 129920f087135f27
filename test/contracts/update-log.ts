import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../src/domain/repositories/versioned-update-log.ts';
import { bytes, id, NAMES, record, SORTED, utf8 } from './log-records.ts';
import { appending } from './update-log-appending.ts';
import { compacting } from './update-log-compacting.ts';
import { deletingAndListing } from './update-log-listing.ts';
import { sharing } from './update-log-shared.ts';
import { takingItsWord } from './update-log-unchecked.ts';
import { versioning } from './update-log-versions.ts';

interface OpenLog {
  /** Empty. */
  readonly log: UpdateLog;
  /** Closes what is open and removes all of it. */
  cleanup(): Promise<void>;
}

interface ReopenableLog extends OpenLog {
  /** Closes `log` and opens what it stored again. */
  reopen(): Promise<UpdateLog>;
}

interface SharedLog extends ReopenableLog {
  readonly log: VersionedUpdateLog;
  /** Another store instance on what `log` stores; `cleanup` closes it. */
  other(): Promise<VersionedUpdateLog>;
}

/** What a call that rejects leaves of its documents that were no reason to. */
export type Rejected = 'stores nothing' | 'may store the rest';

/** What an implementation can do; tests of what it cannot are not there, rather than skipped. */
export type LogUnderTest =
  | { readonly persistence: 'volatile'; open(): Promise<OpenLog> }
  | { readonly persistence: 'durable'; open(): Promise<ReopenableLog> }
  | { readonly persistence: 'shared'; readonly rejected: Rejected; open(): Promise<SharedLog> };

/** The rules LOG1 to LOG9, LOG11, LOG19 and LOG20 of SPEC.md, as far as they show in one process without faults. */
export function updateLogContract(name: string, subject: LogUnderTest): void {
  describe(`${name}: UpdateLog contract`, () => {
    let opened: OpenLog;
    let log: UpdateLog;

    beforeEach(async () => {
      opened = await subject.open();
      log = opened.log;
    });
    afterEach(() => opened.cleanup());

    appending(() => log);
    compacting(() => log);
    deletingAndListing(() => log);
    closing(() => log);
    if (subject.persistence !== 'shared') takingItsWord(() => log);
  });
  if (subject.persistence !== 'volatile') reopening(name, subject.open);
  if (subject.persistence === 'shared') sharedContract(name, subject.rejected, subject.open);
}

function sharedContract(name: string, rejected: Rejected, open: () => Promise<SharedLog>): void {
  describe(`${name}: UpdateLog contract, with several servers`, () => {
    let opened: SharedLog;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.cleanup());

    sharing(
      rejected,
      () => opened.log,
      () => opened.other(),
    );
    versioning(
      () => opened.log,
      () => opened.other(),
    );
  });
}

function closing(log: () => UpdateLog): void {
  it('[LOG9] close waits for what is under way; every call after it rejects', async () => {
    const appended = log().append([record('a', 1, ['one'])]);
    await Promise.all([log().close(), appended]);
    await expect(log().append([record('a', 2, ['two'])])).rejects.toThrow();
    await expect(log().load(id('a'))).rejects.toThrow();
    await expect(log().compact(id('a'), { update: utf8('1'), sequence: 1 })).rejects.toThrow();
    await expect(log().delete(id('a'))).rejects.toThrow();
    await expect(log().list(undefined, 1)).rejects.toThrow();
    await log().close();
  });
}

function reopening(name: string, open: () => Promise<ReopenableLog>): void {
  describe(`${name}: UpdateLog contract, after reopening`, () => {
    it('[LOG1] [LOG5] [LOG7] all that was resolved is there', async () => {
      const { log, reopen, cleanup } = await open();
      try {
        await log.append([...NAMES.map((each) => record(each, 1, [`of ${each}`], 7)), record('gone', 1, ['one'])]);
        await log.append([record('b', 2, ['two'], 8)]);
        await log.compact(id('a'), { update: utf8('1'), sequence: 1 });
        await log.delete(id('gone'));
        const again = await reopen();
        const snapshot = { update: utf8('1'), sequence: 1 };
        expect(await again.load(id('a'))).toEqual({ snapshot, tail: [], sequence: 1, lastModified: 7 });
        expect(await again.load(id('b'))).toMatchObject({ tail: bytes('of b', 'two'), sequence: 2, lastModified: 8 });
        expect(await again.load(id('gone'))).toBeUndefined();
        expect((await again.list(undefined, 100)).map(({ value }) => value)).toEqual(SORTED);
        await again.append([record('a', 2, ['behind'], 9)]);
        expect(await again.load(id('a'))).toMatchObject({ snapshot, tail: bytes('behind'), sequence: 2 });
      } finally {
        await cleanup();
      }
    });
  });
}

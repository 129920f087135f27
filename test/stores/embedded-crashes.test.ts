import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/domain/repositories/update-log.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { DEFAULT_LIMITS } from '../../src/infrastructure/stores/embedded/store-limits.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { id, record, utf8 } from '../contracts/log-records.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { Gate } from './support/gated-commits.ts';
import { killedCopy } from './support/killed-copy.ts';

const NAMES = ['a', 'b'];
/** Every append asks for a checkpoint; the gate says how far it gets. One document a step. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  segmentBytes: 200,
  checkpointAt: { bytes: 1, updates: 1 },
  stepTime: 0,
  retryAfter: { first: 0, longest: 0 },
};

/** `steps`: how many documents the checkpoint behind it moves before it fails. */
type Operation =
  | { readonly kind: 'append'; readonly name: string; readonly updates: number; readonly steps: number }
  | { readonly kind: 'repeat' | 'delete' | 'compact' | 'race'; readonly name: string; readonly steps: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'restart' };

const names = fc.constantFrom(...NAMES);
const steps = fc.constantFrom(0, 0, 0, 1, 2, 9, 9);
const operations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      name: names,
      updates: fc.integer({ min: 1, max: 3 }),
      steps,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('repeat' as const, 'delete' as const, 'compact' as const, 'race' as const),
      name: names,
      steps,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'restart' as const) }) },
);

/** The deletion in the log is older than the snapshot in the database. */
const COMPACTED_BEHIND_DELETION: Operation[] = [
  { kind: 'delete', name: 'b', steps: 0 },
  { kind: 'append', name: 'b', updates: 1, steps: 0 },
  { kind: 'compact', name: 'b', steps: 0 },
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'crash' },
];

/** A checkpoint still has records of the deleted document when the new one is compacted. */
const DELETED_WHILE_MOVED: Operation[] = [
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'crash' },
  { kind: 'delete', name: 'a', steps: 0 },
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'compact', name: 'a', steps: 0 },
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'repeat', name: 'a', steps: 0 },
];

/** The deletion is moved, and its checkpoint is not over. */
const COMPACTED_BEHIND_MOVED_DELETION: Operation[] = [
  { kind: 'append', name: 'a', updates: 1, steps: 0 },
  { kind: 'delete', name: 'b', steps: 0 },
  { kind: 'append', name: 'a', updates: 1, steps: 1 },
  { kind: 'append', name: 'b', updates: 1, steps: 1 },
  { kind: 'compact', name: 'b', steps: 0 },
  { kind: 'crash' },
];

let directory: TemporaryDirectory;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

describe('the embedded store, killed at any moment', () => {
  it('[LOG3] [LOG4] [LOG5] [LOG7] [LOG14] is what a log in memory is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 5, maxLength: 25 }), async (list) => {
        const subject = await Subject.open(directory.path);
        try {
          for (const operation of list) {
            await subject.run(operation);
            await subject.compare();
          }
        } finally {
          await subject.close();
        }
      }),
      {
        numRuns: 50,
        interruptAfterTimeLimit: 30_000,
        examples: [[COMPACTED_BEHIND_DELETION], [DELETED_WHILE_MOVED], [COMPACTED_BEHIND_MOVED_DELETION]],
      },
    );
  }, 60_000);
});

/** A store and the model it must be equal to. */
class Subject {
  static #directories = 0;
  readonly #home: string;
  readonly #model = new MemoryUpdateLog();
  readonly #gate: Gate;
  readonly #newest = new Map<string, LogRecord>();
  #log: EmbeddedUpdateLog;
  #path: string;
  #time = 0;

  private constructor(home: string, path: string, gate: Gate, log: EmbeddedUpdateLog) {
    this.#home = home;
    this.#path = path;
    this.#gate = gate;
    this.#log = log;
  }

  static async open(home: string): Promise<Subject> {
    const gate = new Gate();
    const path = join(home, `${Subject.#directories++}`);
    return new Subject(home, path, gate, await EmbeddedUpdateLog.open(path, { limits: LIMITS, commits: gate.commits }));
  }

  async run(operation: Operation): Promise<void> {
    if ('steps' in operation) this.#gate.open = operation.steps;
    await this.#perform(operation);
    await this.#gate.quiet();
    this.#gate.open = 0;
  }

  async #perform(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'append':
        return this.#append(await this.#next(operation.name, operation.updates));
      case 'repeat':
        return this.#append(this.#newest.get(operation.name));
      case 'delete':
        this.#newest.delete(operation.name);
        return this.#both((log) => log.delete(id(operation.name)));
      case 'compact':
        return this.#compact(operation.name);
      case 'race':
        return this.#race(operation.name);
      case 'crash':
        return this.#crash();
      case 'restart':
        this.#gate.open = 1000;
        await this.#log.close();
        this.#log = await this.#open();
    }
  }

  async #next(name: string, updates: number): Promise<LogRecord> {
    const sequence = (await this.#model.load(id(name)))?.sequence ?? 0;
    const texts = Array.from({ length: updates }, (_, at) => `${name}${sequence + 1 + at}@${this.#time}`);
    return record(name, sequence + 1, texts, ++this.#time);
  }

  async #append(appended: LogRecord | undefined): Promise<void> {
    if (appended === undefined) return;
    this.#newest.set(appended.documentId.value, appended);
    await this.#both((log) => log.append([appended]));
  }

  async #compact(name: string): Promise<void> {
    const sequence = (await this.#model.load(id(name)))?.sequence;
    if (sequence === undefined) return;
    this.#gate.open = 1;
    await this.#both((log) => log.compact(id(name), { update: utf8(`1-${sequence}`), sequence }));
  }

  /** A compaction beside an append to its document, and a deletion of another one. */
  async #race(name: string): Promise<void> {
    const sequence = (await this.#model.load(id(name)))?.sequence;
    if (sequence === undefined) return;
    this.#gate.open++;
    const snapshot = { update: utf8(`1-${sequence}`), sequence };
    const other = id(name === 'a' ? 'b' : 'a');
    const appended = await this.#next(name, 2);
    this.#newest.set(name, appended);
    this.#newest.delete(other.value);
    const [compaction] = await Promise.allSettled([
      this.#log.compact(id(name), snapshot),
      this.#log.append([appended]),
      this.#log.delete(other),
    ]);
    // A checkpoint may have gone through the gate in its place.
    if (compaction.status === 'fulfilled') await this.#model.compact(id(name), snapshot);
    await this.#model.append([appended]);
    await this.#model.delete(other);
  }

  async #both(call: (log: EmbeddedUpdateLog | MemoryUpdateLog) => Promise<void>): Promise<void> {
    await call(this.#log);
    await call(this.#model);
  }

  /** The copy is what a killed process leaves: no commit is under way, and nothing was closed. */
  async #crash(): Promise<void> {
    const copy = join(this.#home, `${Subject.#directories++}`);
    killedCopy(this.#path, copy);
    await this.#log.close();
    this.#path = copy;
    this.#log = await this.#open();
  }

  #open(): Promise<EmbeddedUpdateLog> {
    return EmbeddedUpdateLog.open(this.#path, { limits: LIMITS, commits: this.#gate.commits });
  }

  async compare(): Promise<void> {
    for (const name of NAMES) expect(await this.#log.load(id(name))).toEqual(await this.#model.load(id(name)));
    expect(await this.#log.list(undefined, 10)).toEqual(await this.#model.list(undefined, 10));
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

import { randomFrom } from '../../codecs/random-updates.ts';
import { DOOR_NAMES } from '../../support/doors/doors.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { readCompactions } from './compaction-gauge.ts';
import { DocumentLedger, type Outcome } from './document-ledger.ts';
import { addRound, type Figures, noFigures } from './figures.ts';
import { Load } from './load.ts';
import { describeMoment, type Moment, randomMoment } from './moment.ts';
import { type BelieveIn, Writer } from './writer.ts';

export interface KillTestOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly believeIn?: BelieveIn;
  /** Further settings of the server, such as its store. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly report?: (line: string) => void;
}

const DOCUMENTS = 3;
/** Rounds after which the writers go on to new documents, so that loading them stays fast; the old ones stay. */
const ROUNDS_PER_DOCUMENT = 10;
/** One of so many restarts is killed, too, while it starts. */
const KILLED_STARTS = 5;

type Random = (below: number) => number;

/** Kills a server under load, `rounds` times on one data directory, and counts what it had promised and lost. */
export async function runKillTest(options: KillTestOptions): Promise<Figures> {
  const directory = temporaryDirectory();
  const test = new KillTest(options, directory.path);
  try {
    return await test.run();
  } finally {
    await test.end();
    directory.remove();
  }
}

/** The same for the same seed; how far the writers get until then is not. */
function planOf(seed: number, round: number): { readonly moment: Moment; readonly killsStart: boolean } {
  const random = randomFrom(seed * 1_000 + round);
  return { moment: randomMoment(random), killsStart: random(KILLED_STARTS) === 0 };
}

class KillTest {
  readonly #options: KillTestOptions;
  readonly #random: Random;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #ledgers: DocumentLedger[] = [];
  readonly #figures: Figures = noFigures();
  #server: ServerProcess | undefined;

  constructor(options: KillTestOptions, dataDirectory: string) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
    // A compaction runs most of the time.
    this.#environment = {
      DATA_DIR: dataDirectory,
      COMPACT_AFTER_UPDATES: '50',
      LOG_LEVEL: 'info',
      ...options.environment,
    };
  }

  async run(): Promise<Figures> {
    let server = await this.#start();
    for (let round = 0; round < this.#options.rounds; round++) server = await this.#round(round, server);
    for (const [at, ledger] of this.#ledgers.entries()) {
      await ledger.check(server, DOOR_NAMES[at % DOOR_NAMES.length] ?? 'JSON', []);
      this.#figures.problems.push(...ledger.problems);
    }
    return this.#figures;
  }

  async end(): Promise<void> {
    await this.#server?.kill();
  }

  /** Answers the server that was started after the kill. */
  async #round(round: number, server: ServerProcess): Promise<ServerProcess> {
    const ledgers = this.#ledgersOf(round);
    const { moment, killsStart } = planOf(this.#options.seed, round);
    const load = new Load(
      moment,
      () => server.signal('SIGKILL'),
      () => readCompactions(server),
    );
    const writers = await Promise.all(ledgers.map((ledger) => this.#writers(round, ledger, server, load)));
    const all = writers.flat();
    const milliseconds = await load.run(all);
    // What had left the server before the kill is still to be read: it counts.
    await Promise.all([server.exit, ...all.map((writer) => writer.closed)]);
    if (killsStart) await this.#killedStart();
    const restarted = performance.now();
    const next = await this.#start();
    const restart = performance.now() - restarted;
    const outcomes = await this.#check(round, next, writers);
    const { compactionShare } = load;
    const killedStarts = killsStart ? 1 : 0;
    const line = addRound(this.#figures, {
      writers: all,
      outcomes,
      milliseconds,
      restart,
      killedStarts,
      compactionShare,
    });
    this.#options.report?.(`round ${round + 1}, killed ${describeMoment(moment)}: ${line}`);
    return next;
  }

  /** Through another door each time. */
  async #check(round: number, server: ServerProcess, writers: readonly (readonly Writer[])[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const [at, ledger] of this.#ledgersOf(round).entries()) {
      const door = DOOR_NAMES[(round + at) % DOOR_NAMES.length] ?? 'JSON';
      outcomes.push(await ledger.check(server, door, writers[at] ?? []));
      await ledger.probe(server);
    }
    return outcomes;
  }

  #ledgersOf(round: number): readonly DocumentLedger[] {
    const set = Math.floor(round / ROUNDS_PER_DOCUMENT);
    while (this.#ledgers.length < (set + 1) * DOCUMENTS) {
      this.#ledgers.push(new DocumentLedger(`kill-test/${this.#ledgers.length}`));
    }
    return this.#ledgers.slice(set * DOCUMENTS, (set + 1) * DOCUMENTS);
  }

  #writers(round: number, ledger: DocumentLedger, server: ServerProcess, load: Load): Promise<readonly Writer[]> {
    return Promise.all(
      DOOR_NAMES.map(async (door) => {
        const name = `${door} writer of round ${round + 1}`;
        const writer = new Writer(name, this.#random, this.#options.believeIn ?? 'acknowledgements');
        await writer.open(door, server, ledger.documentId, () => load.acknowledged());
        return writer;
      }),
    );
  }

  async #start(): Promise<ServerProcess> {
    this.#server = await ServerProcess.start(this.#environment);
    return this.#server;
  }

  async #killedStart(): Promise<void> {
    const server = ServerProcess.spawn(this.#environment);
    this.#server = server;
    const timer = setTimeout(() => server.signal('SIGKILL'), this.#random(1000));
    await server.exit;
    clearTimeout(timer);
  }
}

import { setImmediate as turn } from 'node:timers/promises';
import type { Compactions } from './compaction-gauge.ts';
import type { Moment } from './moment.ts';
import type { Writer } from './writer.ts';

/** A server that never gets as far as the moment is killed anyway. */
const LONGEST = 10_000;

/** Lets writers write at full speed, and kills at the moment. */
export class Load {
  readonly #moment: Moment;
  readonly #kill: () => void;
  readonly #compactions: () => Promise<Compactions>;
  readonly #timers: NodeJS.Timeout[] = [];
  #state: 'running' | 'killed' = 'running';
  #sent = 0;
  #acknowledged = 0;

  constructor(moment: Moment, kill: () => void, compactions: () => Promise<Compactions>) {
    this.#moment = moment;
    this.#kill = kill;
    this.#compactions = compactions;
  }

  /** Share of the time in which a compaction ran, where that was looked at. */
  compactionShare: number | undefined;

  acknowledged(): void {
    this.#acknowledged++;
    if (this.#moment.kind === 'acknowledgement' && this.#acknowledged === this.#moment.count) this.#end();
  }

  /** Resolves when the server was killed. Answers for how many milliseconds it was under load. */
  async run(writers: readonly Writer[]): Promise<number> {
    const started = performance.now();
    this.#endAfter(this.#moment.kind === 'time' ? this.#moment.milliseconds : LONGEST);
    if (this.#moment.kind === 'compaction') void this.#awaitCompaction(this.#moment);
    while (this.#state === 'running') {
      for (const writer of writers) this.#wrote(writer.write());
      await turn();
    }
    for (const timer of this.#timers) clearTimeout(timer);
    return performance.now() - started;
  }

  async #awaitCompaction({ count, milliseconds }: { readonly count: number; readonly milliseconds: number }) {
    try {
      // Reading the documents has made the server compact, too.
      const before = await this.#compactions();
      const started = performance.now();
      while (this.#state === 'running') {
        const { ended, busy } = await this.#compactions();
        this.compactionShare = (busy - before.busy) / (performance.now() - started);
        if (ended - before.ended >= count) return this.#endAfter(milliseconds);
      }
    } catch {
      // The server was killed while it answered.
    }
  }

  #wrote(count: number): void {
    const before = this.#sent;
    this.#sent += count;
    if (this.#moment.kind !== 'sending' || before >= this.#moment.count || this.#sent < this.#moment.count) return;
    if (this.#moment.milliseconds === 0) this.#end();
    else this.#endAfter(this.#moment.milliseconds);
  }

  #endAfter(milliseconds: number): void {
    this.#timers.push(setTimeout(() => this.#end(), milliseconds));
  }

  #end(): void {
    if (this.#state === 'killed') return;
    this.#state = 'killed';
    this.#kill();
  }
}

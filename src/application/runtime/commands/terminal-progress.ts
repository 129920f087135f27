import { performance } from 'node:perf_hooks';
import { SingleBar } from 'cli-progress';
import type { Fault, Progress } from '../../moving/tally.ts';

type Output = NodeJS.WriteStream;

/** A bar on a terminal, elsewhere a line from time to time. */
export function progressOn(output: Output): Progress {
  return output.isTTY ? new BarProgress(output) : new LineProgress(output);
}

export function faultLine({ name, why }: Fault): string {
  return `${JSON.stringify(name)}: ${why}\n`;
}

class BarProgress implements Progress {
  readonly #output: Output;
  #bar: SingleBar | undefined;
  #done = 0;
  #total = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  start(total: number | undefined): void {
    this.#total = total ?? 0;
    const known = '{bar} {percentage}% {value} of {total} documents, {eta_formatted} left';
    const format = total === undefined ? '{value} documents in {duration_formatted}' : known;
    this.#bar = new SingleBar({ format, stream: this.#output, clearOnComplete: true, hideCursor: true });
    this.#bar.start(this.#total, 0);
  }

  advance(): void {
    this.#done++;
    // Written to meanwhile, the source may have more than were counted.
    if (this.#done > this.#total) this.#bar?.setTotal(this.#done);
    this.#bar?.increment();
  }

  fault(fault: Fault): void {
    // Over the bar, which is drawn again below.
    this.#output.write(`\r\u001b[2K${faultLine(fault)}`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** Milliseconds between two lines. */
const PAUSE = 5_000;

class LineProgress implements Progress {
  readonly #output: Output;
  #total: number | undefined;
  #done = 0;
  #told = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  start(total: number | undefined): void {
    this.#total = total;
  }

  advance(): void {
    this.#done++;
    if (performance.now() - this.#told < PAUSE) return;
    this.#told = performance.now();
    const of = this.#total === undefined ? '' : ` of ${this.#total}`;
    this.#output.write(`${this.#done}${of} documents\n`);
  }

  fault(fault: Fault): void {
    this.#output.write(faultLine(fault));
  }

  stop(): void {
    this.#told = performance.now();
  }
}

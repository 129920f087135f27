/** What became of a document. */
export type Outcome = 'written' | 'merged' | 'there' | 'failed' | 'incomplete';

/** A document that was not moved, or not all of it. */
export interface Fault {
  readonly name: string;
  readonly why: string;
}

/** Whoever watches a run. */
export interface Progress {
  /** @param total how many documents there are; none where nobody knows */
  start(total: number | undefined): void;
  advance(): void;
  fault(fault: Fault): void;
  stop(): void;
}

/** So many are kept for the end; all of them were told as they came. */
const MOST_FAULTS = 1_000;

/** What a run did. */
export class Tally {
  readonly #counts = new Map<Outcome, number>();
  readonly #faults: Fault[] = [];
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  count(outcome: Outcome): number {
    return this.#counts.get(outcome) ?? 0;
  }

  /** The first of them. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  get faultCount(): number {
    return this.count('failed') + this.count('incomplete');
  }

  add(outcome: Exclude<Outcome, 'failed' | 'incomplete'>): void {
    this.#add(outcome);
    this.#progress.advance();
  }

  fail(name: string, why: string): void {
    this.#fault('failed', { name, why });
    this.#progress.advance();
  }

  /** Not all of a document was moved; what was is counted beside this. */
  incomplete(name: string, why: string): void {
    this.#fault('incomplete', { name, why });
  }

  #fault(outcome: Outcome, fault: Fault): void {
    this.#add(outcome);
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(fault);
    this.#progress.fault(fault);
  }

  #add(outcome: Outcome): void {
    this.#counts.set(outcome, this.count(outcome) + 1);
  }
}

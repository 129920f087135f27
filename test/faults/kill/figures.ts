import type { Outcome } from './document-ledger.ts';
import type { Writer } from './writer.ts';

/** What the kill test has measured. */
export interface Figures {
  rounds: number;
  sent: number;
  acknowledged: number;
  lost: number;
  keptUnacknowledged: number;
  /** Starts that were killed before they were over. */
  killedStarts: number;
  /** Milliseconds under load, over all rounds. */
  load: number;
  /** Of the rounds in which it was looked at: the share of the load in which a compaction ran. */
  readonly compactionShares: number[];
  /** Milliseconds from the start of the process until it listens, each round. */
  readonly restarts: number[];
  readonly problems: string[];
}

interface Round {
  readonly writers: readonly Writer[];
  readonly outcomes: readonly Outcome[];
  readonly milliseconds: number;
  readonly restart: number;
  readonly killedStarts: number;
  readonly compactionShare: number | undefined;
}

export function noFigures(): Figures {
  const counts = { rounds: 0, sent: 0, acknowledged: 0, lost: 0, keptUnacknowledged: 0, killedStarts: 0, load: 0 };
  return { ...counts, restarts: [], compactionShares: [], problems: [] };
}

/** Answers the round in one line. */
export function addRound(figures: Figures, round: Round): string {
  const sent = sum(round.writers.map((writer) => writer.sent.length));
  const acknowledged = sum(round.writers.map((writer) => writer.acknowledged));
  const lost = sum(round.outcomes.map((outcome) => outcome.lost));
  const keptUnacknowledged = sum(round.outcomes.map((outcome) => outcome.keptUnacknowledged));
  figures.rounds++;
  figures.sent += sent;
  figures.acknowledged += acknowledged;
  figures.lost += lost;
  figures.keptUnacknowledged += keptUnacknowledged;
  figures.killedStarts += round.killedStarts;
  figures.load += round.milliseconds;
  if (round.compactionShare !== undefined) figures.compactionShares.push(round.compactionShare);
  figures.restarts.push(round.restart);
  return `${sent} sent, ${acknowledged} acknowledged, ${lost} lost, ${keptUnacknowledged} kept without acknowledgement`;
}

export function describeFigures(figures: Figures): string {
  const { rounds, sent, acknowledged, lost, keptUnacknowledged, killedStarts, load, problems } = figures;
  const restarts = figures.restarts.toSorted((a, b) => a - b).map(Math.round);
  const share = sum(figures.compactionShares) / Math.max(1, figures.compactionShares.length);
  return [
    `rounds                        ${rounds}`,
    `starts killed as well         ${killedStarts}`,
    `updates sent                  ${sent}`,
    `acknowledged                  ${acknowledged} (${Math.round((acknowledged * 1000) / load)}/s)`,
    `acknowledged and lost         ${lost}`,
    `kept without acknowledgement  ${keptUnacknowledged}`,
    `neither                       ${sent - acknowledged - keptUnacknowledged + lost}`,
    `a compaction ran in           ${Math.round(share * 100)} % of the load, over ${figures.compactionShares.length} rounds`,
    `restart, ms                   median ${restarts[Math.floor(rounds / 2)]}, longest ${restarts.at(-1)}`,
    `other problems                ${problems.length}`,
    ...problems.slice(0, 50).map((problem) => `  ${problem}`),
  ].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

import { randomFrom } from '../codecs/random-updates.ts';
import { codecTargets } from './codec-targets.ts';
import { fuzzDocument } from './document-target.ts';
import { DoorTarget } from './door-target.ts';
import { Finding } from './finding.ts';
import { mutated } from './mutate.ts';

export type Part = 'codecs' | 'documents' | 'doors';

export interface FuzzOptions {
  readonly parts: readonly Part[];
  /** For all parts together. */
  readonly milliseconds: number;
  readonly seed: number;
  found(finding: Finding): void;
}

export type FuzzFigures = Readonly<Record<Part, number>> & { readonly findings: number };

/** Frames read, updates integrated and frames sent, until the time is over. */
export async function runFuzz({ parts, milliseconds, seed, found }: FuzzOptions): Promise<FuzzFigures> {
  const figures = { codecs: 0, documents: 0, doors: 0, findings: 0 };
  const each = milliseconds / Math.max(1, parts.length);
  for (const part of parts) {
    const attempt = await ATTEMPTS[part]();
    const until = performance.now() + each;
    for (let round = 0; performance.now() < until; round++) {
      try {
        figures[part] += await attempt.run(seed * 1_000_003 + round);
      } catch (error) {
        if (!(error instanceof Finding)) throw error;
        figures.findings++;
        found(error);
      }
    }
    await attempt.close();
  }
  return figures;
}

interface Attempt {
  /** Returns how many frames. @throws Finding */
  run(seed: number): number | Promise<number>;
  close(): Promise<void>;
}

const ATTEMPTS: Readonly<Record<Part, () => Promise<Attempt>>> = {
  codecs: async () => ({ run: codecRun(), close: async () => {} }),
  documents: async () => ({ run: fuzzDocument, close: async () => {} }),
  doors: async () => {
    const doors = await DoorTarget.open();
    return { run: (seed) => doors.attack(seed), close: () => doors.close() };
  },
};

const FRAMES_A_ROUND = 5_000;

/** A frame that takes longer to read holds the server up. */
const READ_MILLISECONDS = 500;

function codecRun(): (seed: number) => number {
  const targets = codecTargets();
  return (seed) => {
    const random = randomFrom(seed);
    const target = targets[seed % targets.length];
    if (target === undefined) return 0;
    for (let frames = 0; frames < FRAMES_A_ROUND; frames++) {
      const frame = mutated(target.corpus, random);
      const started = performance.now();
      try {
        target.read(frame, random);
      } catch (error) {
        if (!target.refuses(error)) throw new Finding(target.name, [frame], String(error), error);
      }
      if (performance.now() - started > READ_MILLISECONDS) throw new Finding(target.name, [frame], 'takes too long');
    }
    return FRAMES_A_ROUND;
  };
}

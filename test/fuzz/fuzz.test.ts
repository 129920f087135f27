import { describe, expect, it } from 'vitest';
import { randomFrom } from '../codecs/random-updates.ts';
import { codecTargets } from './codec-targets.ts';
import { replayDocument } from './document-target.ts';
import { type Finding, keptVectors } from './finding.ts';
import { type Part, runFuzz } from './run-fuzz.ts';

const SEED = 20_261_128;

async function burst(part: Part, milliseconds: number) {
  const findings: Finding[] = [];
  const found = (finding: Finding) => findings.push(finding);
  const figures = await runFuzz({ parts: [part], milliseconds, seed: SEED, found });
  return { findings: findings.map(({ message }) => message), frames: figures[part] };
}

describe('fuzzing', () => {
  it.each(codecTargets())('[FUZZ1] the valid frames of $name are read', ({ name, corpus, read }) => {
    // The checksum of a stored record covers its key, and the target knows one key only.
    for (const frame of corpus) if (name !== 'stored-records') read(frame, randomFrom(1));
  });

  it('[FUZZ1] damaged frames are read or refused by every codec', async () => {
    const { findings, frames } = await burst('codecs', 2_000);
    expect(findings).toEqual([]);
    expect(frames).toBeGreaterThan(0);
  });

  it('[FUZZ2] documents stay what their logs say, whatever is sent', async () => {
    const { findings, frames } = await burst('documents', 3_000);
    expect(findings).toEqual([]);
    expect(frames).toBeGreaterThan(0);
  });

  it('[FUZZ3] strangers at every door hurt nobody else', async () => {
    const { findings, frames } = await burst('doors', 2_000);
    expect(findings).toEqual([]);
    expect(frames).toBeGreaterThan(0);
  });

  for (const { name, target, frames } of keptVectors()) {
    it(`[FUZZ4] ${name}`, () => {
      if (target === 'document-damaged') replayDocument('damaged', frames);
      else if (target === 'document-crafted') replayDocument('crafted', frames);
      const codec = codecTargets().find((each) => each.name === target);
      for (const frame of codec === undefined ? [] : frames) {
        try {
          codec?.read(frame, randomFrom(1));
        } catch (error) {
          expect(codec?.refuses(error)).toBe(true);
        }
      }
    });
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { learnedOf } from '../../src/domain/entities/integration.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { damaged, randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { bursts, contentOf, shuffled } from '../support/histories.ts';

const ID = DocumentId.parse('d');
const RUNS = { numRuns: 25 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const scanned = (update: Uint8Array) => ({ update, scan: scanUpdate(update) });

describe('CollaborativeDocument, on damaged updates that the scan lets pass', () => {
  it('[DOC4] what was taken of damaged updates can be restored, whatever the bursts they came in', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const sent = randomUpdates(seed, 12);
        const hostile = sent.flatMap((update) => [update, ...mutations(update, sent, random)]).map(scanned);
        let document = new CollaborativeDocument(ID);
        const stored: Uint8Array[] = [];
        for (const burst of bursts(shuffled(hostile, random), random)) {
          try {
            document.applyUpdates(burst).forEach((integration, at) => {
              const learned = learnedOf(integration, burst[at]?.update);
              if (learned !== undefined) stored.push(learned);
            });
          } catch {
            document = CollaborativeDocument.restore(ID, stored);
          }
        }
        const restored = CollaborativeDocument.restore(ID, stored);
        expect(contentOf(restored.documentData)).toEqual(contentOf(document.documentData));
        // And from a snapshot of it.
        const again = CollaborativeDocument.restore(ID, [restored.documentData]);
        expect(contentOf(again.documentData)).toEqual(contentOf(document.documentData));
      }),
      RUNS,
    );
  });
});

/** Damaged copies that the scan lets pass. */
function mutations(update: Uint8Array, others: readonly Uint8Array[], random: (below: number) => number): Uint8Array[] {
  return Array.from({ length: 12 }, () => damaged(update, others[random(others.length)]!, random)).filter((copy) => {
    try {
      scanUpdate(copy);
      return true;
    } catch {
      return false;
    }
  });
}

import { DocumentContent } from '../../domain/entities/document-content.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { DamagedDocumentError, type UpdateLog } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { updatesOf } from './bring-in.ts';
import { eachOf } from './each-of.ts';
import { idsOf } from './store-source.ts';
import type { Progress } from './tally.ts';

const AT_ONCE = 4;

/** A document whose stored form does not hold. */
export interface Damage {
  readonly document: string;
  /** What is wrong, and where. */
  readonly damage: string;
  /** The sequence number up to which it can be read; 0: nothing can. */
  readonly readableUpTo: number;
}

/**
 * Reads every document of a log and integrates it.
 * @param report is told of each that is damaged
 * @returns how many documents there are
 * @throws Error where the log fails as a whole
 */
export async function checkDocuments(
  log: UpdateLog,
  progress: Progress,
  report: (damage: Damage) => void,
): Promise<number> {
  let checked = 0;
  progress.start(undefined);
  try {
    await eachOf(idsOf(log), AT_ONCE, async (documentId) => {
      const damage = await damageOf(log, documentId);
      checked++;
      progress.advance();
      if (damage === undefined) return;
      progress.fault({ name: damage.document, why: damage.damage });
      report(damage);
    });
    return checked;
  } finally {
    progress.stop();
  }
}

async function damageOf(log: UpdateLog, documentId: DocumentId): Promise<Damage | undefined> {
  const document = documentId.value;
  try {
    const stored = await log.load(documentId);
    if (stored === undefined || DocumentContent.of(updatesOf(stored)).isComplete) return undefined;
    return { document, damage: 'some updates need others that are not stored', readableUpTo: 0 };
  } catch (cause) {
    if (cause instanceof DamagedDocumentError) {
      return { document, damage: cause.detail, readableUpTo: cause.readable?.sequence ?? 0 };
    }
    if (!(cause instanceof CollaborationError)) throw cause;
    return { document, damage: `what is stored is no document: ${cause.message}`, readableUpTo: 0 };
  }
}

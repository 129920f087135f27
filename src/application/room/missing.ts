import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import { foldOnce } from './fold.ts';

interface Readable {
  whenReadable(): Promise<void> | undefined;
  readonly document: CollaborativeDocument;
  warm(): Promise<void>;
  readonly busy: Promise<void> | undefined;
  /** Merges all updates of the document. */
  merge(updates: readonly Uint8Array[]): Promise<Uint8Array>;
}

/**
 * What somebody with this state vector lacks, as several updates in order or as one, made in whichever way keeps nobody
 * waiting.
 * @throws CollaborationError `invalid` when the state vector does not decode · as `whenReadable`
 */
export async function missing(
  room: Readable,
  worker: DocumentWorker,
  stateVector: Uint8Array,
  as: 'parts' | 'one',
): Promise<readonly Uint8Array[]> {
  for (;;) {
    const unreadable = room.whenReadable();
    if (unreadable !== undefined) {
      await unreadable;
      continue;
    }
    const { document } = room;
    switch (document.effort(stateVector, as)) {
      case 'at once':
        return as === 'parts' ? document.missingParts(stateVector) : [document.missingUpdates(stateVector)];
      case 'elsewhere':
        return [await worker.diff(document.updates, stateVector)];
      case 'when warm':
        await room.warm();
        break;
      case 'when folded':
        // What is on its way into the document must not get into what it is made of now.
        await (room.busy ?? foldOnce(document, (updates) => room.merge(updates)));
    }
  }
}

import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { ScannedUpdate } from '../../domain/entities/integration.ts';

interface Readable {
  whenReadable(): Promise<void> | undefined;
  readonly document: CollaborativeDocument;
  warm(): Promise<void>;
  readonly busy: Promise<void> | undefined;
  /** Asks where the document is integrated. */
  repeatsElsewhere(scanned: ScannedUpdate): Promise<boolean>;
}

/**
 * Whether an update adds nothing to a document. It is not integrated to find out: nobody who may only read gets that far.
 * @throws CollaborationError as `whenReadable`
 */
export async function repeats(room: Readable, scanned: ScannedUpdate): Promise<boolean> {
  for (;;) {
    const unreadable = room.whenReadable();
    if (unreadable !== undefined) {
      await unreadable;
      continue;
    }
    const answer = room.document.repeats(scanned);
    if (answer === 'when warm') await room.warm();
    else if (answer !== 'elsewhere') return answer;
    else if (room.busy !== undefined) await room.busy;
    else return room.repeatsElsewhere(scanned);
  }
}

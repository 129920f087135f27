import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { Snapshot } from '../../domain/repositories/update-log.ts';
import { fold } from './fold.ts';
import type { RoomServices } from './room-services.ts';

/**
 * A document that can be edited, as it is at the moment of the call, once all of that is durable.
 * @param sequence number of the newest update in it
 * @throws what the store or `merge` rejects with
 */
export async function snapshotOf(
  document: CollaborativeDocument,
  sequence: number,
  merge: (updates: readonly Uint8Array[]) => Promise<Uint8Array>,
  { journal, limits }: Pick<RoomServices, 'journal' | 'limits'>,
): Promise<Snapshot> {
  const isSmall = document.isHot && document.bytes <= limits.compactInlineBytes;
  const whole = isSmall ? document.documentData : fold(document, merge);
  const [update] = await Promise.all([whole, journal.committed(document.documentId)]);
  return { update, sequence };
}

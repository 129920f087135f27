import { DocumentContent } from '../../domain/entities/document-content.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import { type DocumentArchive, DocumentFault } from '../ports/document-archive.ts';
import type { DocumentSource, SourceContent, SourceDocument } from '../ports/document-source.ts';
import { eachOf } from './each-of.ts';
import { type Progress, Tally } from './tally.ts';

/**
 * Moves every document of a source that can be moved. What is there already is passed over, so that a run that was cut
 * off goes on when it is repeated.
 * @param now Unix milliseconds
 * @throws Error where the source or the archive fails as a whole
 */
export async function move(
  source: DocumentSource,
  archive: DocumentArchive,
  progress: Progress,
  now: () => number,
): Promise<Tally> {
  const tally = new Tally(progress);
  progress.start(await source.count());
  try {
    await eachOf(source.documents(), archive.atOnce, (document) => moveOne(document, archive, tally, now));
    await archive.finish();
    return tally;
  } catch (cause) {
    await archive.abandon();
    throw cause;
  } finally {
    progress.stop();
  }
}

async function moveOne(
  document: SourceDocument,
  archive: DocumentArchive,
  tally: Tally,
  now: () => number,
): Promise<void> {
  const { name } = document;
  try {
    const { id, content, source } = await taken(document);
    tally.add(await archive.write(id, content, source.lastModified ?? now()));
    if (source.damage !== undefined) tally.incomplete(name, `only the readable part was moved: ${source.damage}`);
    if (content.isComplete) return;
    tally.incomplete(name, 'some of its updates need others that are not there; the rest was moved');
  } catch (cause) {
    if (!isOfOne(cause)) throw cause;
    tally.fail(name, cause.message);
  }
}

interface Taken {
  readonly id: DocumentId;
  readonly content: DocumentContent;
  readonly source: SourceContent;
}

/** @throws DocumentFault */
async function taken(document: SourceDocument): Promise<Taken> {
  try {
    const id = DocumentId.parse(document.name);
    // Two that differ by it only would become one.
    if (id.value !== document.name) throw new Error('its name starts or ends with white space, as no document id does');
    const source = await document.read();
    return { id, source, content: DocumentContent.of(source.updates) };
  } catch (cause) {
    throw DocumentFault.from(cause);
  }
}

/** Updates in the target that do not integrate are the fault of that document, too. */
function isOfOne(cause: unknown): cause is Error {
  return cause instanceof DocumentFault || (cause instanceof CollaborationError && cause.kind === 'invalid');
}

import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import type { DocumentArchive } from '../ports/document-archive.ts';
import { bringIn } from './bring-in.ts';

/** So many appends are one commit of the store. */
const AT_ONCE = 8;

/** A store of this server as what documents are moved to. */
export function logArchive(log: UpdateLog): DocumentArchive {
  return {
    atOnce: AT_ONCE,
    write: (documentId, content, lastModified) => bringIn(log, documentId, content, lastModified),
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

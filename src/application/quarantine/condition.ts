import { CollaborationError } from '../../domain/errors.ts';
import type { DamagedDocument, LoadedDocument } from '../../domain/repositories/document-repository.ts';

/**
 * `quarantined`: what is stored of the document is damaged. What is before that can be read, if there is anything;
 * nothing is written to it. `notice` says so, to whoever opens it or wants to write.
 */
export type Condition =
  | { readonly kind: 'intact' }
  | { readonly kind: 'quarantined'; readonly readable: 'some' | 'nothing'; readonly notice: CollaborationError };

const INTACT: Condition = { kind: 'intact' };

const WAY_OUT = 'What the operator of the server can do stands in docs/retention.md, "Damaged documents".';

export function conditionOf(loaded: LoadedDocument): Condition {
  if (loaded.kind === 'intact') return INTACT;
  const { readable } = loaded.damage;
  return { kind: 'quarantined', readable, notice: new CollaborationError('damaged', noticeOf(loaded)) };
}

/** With the word "read-only", by which providers know that there is no use in sending more. */
function noticeOf({ damage: { detail, readable }, sequence }: DamagedDocument): string {
  const found = `What is stored of this document is damaged (${detail})`;
  const what =
    readable === 'some'
      ? `it is read-only, up to its update ${sequence}, and nothing that is written is saved, until it is repaired`
      : 'nothing of it can be read, and it cannot be opened until it is repaired';
  return `${found}: ${what}. ${WAY_OUT}`;
}

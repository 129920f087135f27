import * as Y from 'yjs';
import { integrateInSteps } from './integrate-in-steps.ts';
import { isComplete } from './restore-doc.ts';

export interface ReadablePart {
  /** From the first one on; all of them integrate, and need no others. */
  readonly updates: readonly Uint8Array[];
  /** What is wrong with the next one; none where all of them are readable. */
  readonly damage: string | undefined;
}

/**
 * How far stored updates (Yjs, encoding v1, in order) make a document, in steps of a few milliseconds. The first one that
 * does not decode, does not integrate, or needs others that are not there ends it: what depends on missing updates would
 * wait in everybody's document, and what comes behind it was made on top of it.
 */
export function* readablePart(updates: readonly Uint8Array[]): Generator<undefined, ReadablePart> {
  const doc = new Y.Doc({ gc: true, guid: 'readable part' });
  try {
    for (const [at, update] of updates.entries()) {
      const damage = yield* damageOf(doc, update);
      if (damage === undefined) continue;
      return { updates: updates.slice(0, at), damage: `behind ${at} readable updates, one ${damage}` };
    }
    return { updates, damage: undefined };
  } finally {
    doc.destroy();
  }
}

function* damageOf(doc: Y.Doc, update: Uint8Array): Generator<undefined, string | undefined> {
  try {
    yield* integrateInSteps(doc, [update]);
  } catch (cause) {
    return `does not integrate: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  return isComplete(doc) ? undefined : 'needs others that are not stored';
}

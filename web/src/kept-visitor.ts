import { inventUnlike } from './invented-visitor.ts';
import { type Visitor, visitorFrom } from './visitor.ts';

const KEY = 'visitor';

/**
 * This window's visitor: as it was before a reload, else as last edited in this browser, else a new one. A visitor made
 * up here stays in the window, so that a second window of a new visitor is somebody else.
 * @returns `fresh` when it was made up just now, and may still change for one that differs from those who are here
 */
export function loadVisitor(): { visitor: Visitor; fresh: boolean } {
  const known = read(sessionStorage) ?? read(localStorage);
  const visitor = known ?? inventUnlike([]);
  rememberHere(visitor);
  return { visitor, fresh: known === undefined };
}

/** Keeps a visitor for this window only. */
export function rememberHere(visitor: Visitor): void {
  write(sessionStorage, visitor);
}

/** Keeps what the visitor chose, for this window and for later ones. */
export function keepVisitor(visitor: Visitor): void {
  write(sessionStorage, visitor);
  write(localStorage, visitor);
}

function read(storage: Storage): Visitor | undefined {
  try {
    return visitorFrom(JSON.parse(storage.getItem(KEY) ?? 'null'));
  } catch {
    return undefined;
  }
}

function write(storage: Storage, visitor: Visitor): void {
  try {
    storage.setItem(KEY, JSON.stringify(visitor));
  } catch {
    // A full or forbidden storage only costs the memory of a name.
  }
}

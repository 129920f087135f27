import { WebSocketProvider } from '@yjs-collaboration/client';
import type * as Y from 'yjs';
import type { Visitor } from './visitor.ts';

/** `refused`: the server said that trying again is of no use. `read-only`: it takes no edits. */
export type ConnectionState = 'connecting' | 'connected' | 'disconnected' | 'refused' | 'read-only';

/**
 * `saved`: the server has stored every edit of this window on disk. `saving`: some edit is not confirmed yet and the
 * server is there. `offline`: some edit is not confirmed and there is no connection to confirm it. `refused`: the server
 * takes no edits of this window.
 */
export type SavedMark = 'saved' | 'saving' | 'offline' | 'refused';

export type ConnectionListener = {
  connection(state: ConnectionState): void;
  /** Called when the mark may have changed, and first after the document was loaded. */
  saved(mark: SavedMark): void;
};

/** @param token sent as `?token=` where the server asks for one */
export type Address = { readonly document: string; readonly token: string | undefined };

/** Connects the document and reports what the page shows of it. */
export function connect(
  doc: Y.Doc,
  { document, token }: Address,
  user: Visitor,
  listener: ConnectionListener,
): WebSocketProvider {
  const provider = new WebSocketProvider({ url: serverUrl(), document, doc, token, user });
  let loaded = false;
  const showSaved = () => {
    if (loaded) listener.saved(markOf(provider));
  };
  provider.on('status', ({ status }) => {
    if (status === 'disconnected') listener.connection('disconnected');
    showSaved();
  });
  provider.on('synced', (synced) => {
    if (!synced) return;
    loaded = true;
    listener.connection('connected');
    showSaved();
  });
  provider.on('saved', showSaved);
  provider.on('error', ({ kind, outcome }) => {
    if (outcome === 'stops') listener.connection('refused');
    else if (kind === 'read-only') listener.connection('read-only');
    showSaved();
  });
  return provider;
}

function markOf({ saved, readOnly, status }: WebSocketProvider): SavedMark {
  if (saved) return 'saved';
  if (readOnly) return 'refused';
  return status === 'connected' ? 'saving' : 'offline';
}

/** Beside the page, so that a proxy may put both under a prefix: `/demo/` and `/ws`. */
function serverUrl(): string {
  return new URL('../ws', location.origin + location.pathname).href;
}

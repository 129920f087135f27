import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import { observedSocket } from './observed-socket.ts';
import { type SavedMark, SavedState } from './saved-state.ts';

/** `refused`: the server closed with a code that means that trying again is of no use. */
export type ConnectionState = 'connecting' | 'connected' | 'disconnected' | 'refused';

export type ConnectionListener = {
  connection(state: ConnectionState): void;
  /** Called when the mark may have changed, and first after the document was loaded. */
  saved(mark: SavedMark): void;
};

/** @param token sent as `?token=` where the server asks for one */
export type Address = { readonly document: string; readonly token: string | undefined };

/**
 * Connects the document over y-websocket and reports what the page shows of it.
 *
 * Tabs of one browser do not sync among themselves (BroadcastChannel): content that came from another tab would look
 * saved here while that tab is offline.
 */
export function connect(doc: Y.Doc, address: Address, listener: ConnectionListener): WebsocketProvider {
  const state = new SavedState();
  let loaded = false;
  const changed = () => {
    if (loaded) listener.saved(state.mark);
  };

  const socket = observedSocket({
    sent: (frame) => state.sent(frame),
    received: (frame) => {
      if (frame.kind !== 'update') return;
      state.received(frame.update);
      changed();
    },
  });
  const provider = new WebsocketProvider(serverUrl(), pathOf(address.document), doc, {
    params: address.token === undefined ? {} : { token: address.token },
    WebSocketPolyfill: socket,
    disableBc: true,
  });

  provider.on('status', ({ status }) => {
    if (status !== 'connected') return;
    state.opened();
    changed();
  });
  provider.on('sync', (synced) => {
    if (!synced) return;
    loaded = true;
    listener.connection('connected');
    changed();
  });
  provider.on('connection-close', () => {
    state.closed();
    listener.connection('disconnected');
    changed();
  });
  provider.on('closed', () => listener.connection('refused'));
  // Registered after the provider's own handler, so that `sent` comes before `edited`.
  doc.on('update', (update, _origin, _doc, transaction) => {
    if (!transaction.local) return;
    state.edited(update);
    changed();
  });
  return provider;
}

/** Beside the page, so that a proxy may put both under a prefix: `/demo/` and `/ws`. */
function serverUrl(): string {
  const url = new URL('../ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = '';
  url.hash = '';
  return url.href;
}

/** The provider puts the name into the URL as it is. */
function pathOf(document: string): string {
  return document.split('/').map(encodeURIComponent).join('/');
}

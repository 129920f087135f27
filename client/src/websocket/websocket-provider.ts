import type { ProviderOptions } from '../core/options.ts';
import { Provider } from '../core/provider.ts';
import { documentUrl } from './address.ts';
import { type WebSocketClass, webSocketClass } from './socket.ts';
import { WebSocketConnection } from './websocket-connection.ts';

export interface WebSocketProviderOptions extends ProviderOptions {
  /** The door, without the document: `ws://localhost:8080/ws`. */
  readonly url: string;
  /** By default the global one, which browsers have, and Node from 22 on. */
  readonly WebSocket?: WebSocketClass | undefined;
}

/** A provider for browsers: the y-websocket protocol, in which the echo of an update says that it is on disk. */
export class WebSocketProvider extends Provider {
  /** @throws TypeError for an address that is none, and where there is no WebSocket */
  constructor(options: WebSocketProviderOptions) {
    const { url, document, WebSocket } = options;
    const SocketClass = webSocketClass(WebSocket);
    // A fault in it should show here, not later.
    documentUrl(url, document, undefined);
    super(
      {
        connect: (dial) => new WebSocketConnection(new SocketClass(documentUrl(url, document, dial.token)), dial),
      },
      options,
    );
  }
}

/** What a provider uses of a WebSocket: browsers', Node's (from 22 on) or that of the package `ws`. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(name: string, listener: (event: SocketEvent) => void): void;
}

/** `data` of a message; `code` and `reason` of a close. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** A class whose objects are WebSockets as the HTML standard has them. */
export type WebSocketClass = new (
  url: string,
) => {
  readonly bufferedAmount: number;
  close(code?: number): void;
};

/** @throws TypeError where there is none */
export function webSocketClass(given: WebSocketClass | undefined): new (url: string) => Socket {
  const found = given ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (found === undefined) throw new TypeError('There is no WebSocket here: hand in the one of "ws" as `WebSocket`.');
  return found as unknown as new (
    url: string,
  ) => Socket;
}

import type { Duplex } from 'node:stream';

/** Who is told of a socket's events. */
export interface SocketOwner {
  received(chunk: Buffer): void;
  /** The other side sends nothing more. */
  peerEnded(): void;
  failed(cause: Error): void;
  /** The last event. */
  gone(): void;
}

const OWNER = Symbol('owner');

interface OwnedSocket extends Duplex {
  [OWNER]?: SocketOwner;
}

/** Functions that all sockets share: closures would be made anew, and kept, for each connection. */
export function listenTo(socket: Duplex, owner: SocketOwner): void {
  (socket as OwnedSocket)[OWNER] = owner;
  socket.on('error', onError);
  socket.on('close', onClose);
  socket.on('end', onEnd);
  socket.on('data', onData);
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER]?.received(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[OWNER]?.peerEnded();
}

function onError(this: OwnedSocket, cause: Error): void {
  this[OWNER]?.failed(cause);
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.gone();
}

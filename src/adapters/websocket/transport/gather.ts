import type { Duplex } from 'node:stream';

const SETTLED = Promise.resolve();

/**
 * Holds back what is written to the socket until all that follows at once from what happens now has happened, promises
 * included: it then leaves with one system call. No time passes meanwhile.
 */
export function gather(socket: Duplex): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  void SETTLED.then(() => process.nextTick(uncork, socket));
}

function uncork(socket: Duplex): void {
  socket.uncork();
}

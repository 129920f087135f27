import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { atEnd } from './clean-up.ts';
import { withDeadline } from './inbox.ts';
import type { RunningServer } from './server.ts';

/** A TCP connection to the server's HTTP port, for what no client library would send. Ends with the test. */
export async function rawSocket(server: RunningServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1');
  socket.on('error', () => undefined);
  atEnd(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

export function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');
}

/** A WebSocket that answers nothing by itself, not even pings. */
export async function rawWebSocket(server: RunningServer, path: string): Promise<Socket> {
  const socket = await rawSocket(server);
  socket.write(upgradeRequest(path));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString('latin1'));
  return socket;
}

/** One masked frame, as clients send them (RFC 6455, section 5.2); the mask is zero. */
export function clientFrame(opcode: number, payload: Uint8Array, announced = payload.length): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | 126;
  header.writeUInt16BE(announced, 2);
  return Buffer.concat([header, payload]);
}

/** Resolves when the server has ended the connection. */
export function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (socket.closed) return Promise.resolve();
  return withDeadline(
    () => 'The server did not end the connection',
    (resolve) => socket.once('close', () => resolve()),
  );
}

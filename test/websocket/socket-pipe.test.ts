import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SocketPipe } from '../../src/adapters/websocket/socket-pipe.ts';

/** A socket whose peer takes nothing until it is told to. */
class StalledSocket extends Duplex {
  readonly taken: Buffer[] = [];
  #waiting: (() => void)[] = [];

  override _read(): void {
    // Nothing comes from this peer.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting.push(() => {
      this.taken.push(chunk);
      done();
    });
  }

  swallow(): void {
    this.#waiting.shift()?.();
  }
}

function scene(): { socket: StalledSocket; pipe: SocketPipe; ws: { readyState: number } } {
  const socket = new StalledSocket();
  const ws = { readyState: WebSocket.OPEN as number, OPEN: WebSocket.OPEN };
  return { socket, ws, pipe: new SocketPipe(ws as unknown as WebSocket, socket, () => 0) };
}

describe('SocketPipe', () => {
  it('[ROOM12] calls back once all is out, however little that was', async () => {
    const { socket, pipe } = scene();
    pipe.write({ messages: [], joined: Buffer.from('a few bytes') });
    expect(pipe.bufferedBytes).toBe(11);
    let calls = 0;
    const drained = new Promise<void>((resolve) => {
      pipe.whenDrained(() => {
        calls++;
        resolve();
      });
    });
    socket.swallow();
    expect(calls).toBe(0);
    await new Promise(setImmediate);
    socket.swallow();
    await drained;
    expect(Buffer.concat(socket.taken).toString()).toBe('a few bytes');
    expect(calls).toBe(1);
  });

  it('[ROOM12] calls nobody back when the socket ends first', async () => {
    const { socket, pipe } = scene();
    pipe.write({ messages: [], joined: Buffer.from('a few bytes') });
    let calls = 0;
    pipe.whenDrained(() => calls++);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await closed;
    pipe.write({ messages: [], joined: Buffer.from('more') });
    expect(calls).toBe(0);
  });

  it('[YWS23] writes nothing behind a close frame', () => {
    const { socket, pipe, ws } = scene();
    ws.readyState = WebSocket.CLOSING;
    pipe.write({ messages: [], joined: Buffer.from('too late') });
    expect([pipe.bufferedBytes, socket.taken]).toEqual([0, []]);
  });
});

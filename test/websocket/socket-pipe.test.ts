import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SocketPipe } from '../../src/adapters/websocket/socket-pipe.ts';
import { Turns } from '../../src/adapters/websocket/transport/turns.ts';
import { ServerWebSocket } from '../../src/adapters/websocket/transport/web-socket.ts';
import { ManualClock } from '../support/manual-clock.ts';

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

const ANSWER = 'HTTP/1.1 101';

/** The answer to the handshake has left. */
async function scene(): Promise<{ socket: StalledSocket; pipe: SocketPipe; ws: ServerWebSocket }> {
  const socket = new StalledSocket();
  const clock = new ManualClock();
  const options = { maxPayload: 1000, closeTimeout: 1000, clock, turns: new Turns() };
  const ws = new ServerWebSocket(socket, ANSWER, Buffer.alloc(0), options);
  await new Promise(setImmediate);
  socket.swallow();
  await new Promise(setImmediate);
  socket.taken.pop();
  return { socket, ws, pipe: new SocketPipe(ws) };
}

describe('SocketPipe', () => {
  it('[ROOM12] calls back once all is out, however little that was', async () => {
    const { socket, pipe } = await scene();
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
    const { socket, pipe } = await scene();
    pipe.write({ messages: [], joined: Buffer.from('a few bytes') });
    let calls = 0;
    pipe.whenDrained(() => calls++);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await closed;
    pipe.write({ messages: [], joined: Buffer.from('more') });
    expect(calls).toBe(0);
  });

  it('[WS9] writes nothing behind a close frame', async () => {
    const { socket, pipe, ws } = await scene();
    ws.close(1000, '');
    pipe.write({ messages: [], joined: Buffer.from('too late') });
    expect(pipe.bufferedBytes).toBe(4);
    socket.swallow();
    await new Promise(setImmediate);
    expect([pipe.bufferedBytes, socket.taken]).toEqual([0, [Buffer.of(0x88, 2, 1000 >> 8, 1000 & 255)]]);
  });
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serverFrame } from '../../src/adapters/websocket/framing.ts';
import { atEnd } from '../support/clean-up.ts';
import { closeFrameOf, frameOf, OPCODE } from '../support/client-frames.ts';
import { CLOSE_TIMEOUT, MAX_PAYLOAD, webSocketScene } from '../support/web-socket-scene.ts';

const text = (content: string) => frameOf({ opcode: OPCODE.text, payload: Buffer.from(content) });
const ping = (content: string) => frameOf({ opcode: OPCODE.ping, payload: Buffer.from(content) });
const pong = (content: string) => Buffer.concat([Buffer.of(0x8a, content.length), Buffer.from(content)]);
const close = (code: number, reason = '') =>
  Buffer.concat([Buffer.of(0x88, 2 + reason.length, code >> 8, code & 255), Buffer.from(reason)]);

/** All frames that came behind the answer to the upgrade, until the server ended the connection. */
async function framesUntilEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  await once(socket, 'end');
  const all = Buffer.concat(chunks);
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}

/** A turn of the event loop in which nothing is left to do that is known by now. */
const turn = () => new Promise(setImmediate);

describe('reading', () => {
  it('[WS7] what comes with the request is the first message', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw(Buffer.concat([text('one'), text('two').subarray(0, 3)]));
    await end.expect('text one');
    socket.write(text('two').subarray(3));
    await end.expect('text two');
  });

  it('[WS7] nothing is delivered while it is paused, and what was read is not much', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw(text('early'), 'paused');
    const chunk = Buffer.concat(
      Array.from({ length: 64 }, () => frameOf({ opcode: 2, payload: Buffer.alloc(60_000) })),
    );
    let sent = 0;
    while (sent < 8 && socket.write(chunk)) sent++;
    sent++;
    for (let rounds = 0; rounds < 200; rounds++) await turn();
    expect(end.all).toEqual([]);
    expect(end.socket.bytesRead).toBeLessThan(300_000);
    end.ws.resume();
    for (let at = 0; at < 64 * sent; at++) await end.expect('binary 60000');
    expect(end.all[0]).toBe('text early');
  });

  it('[WS7] a listener that pauses within a chunk gets the rest of it when it resumes, in order', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    end.onMessage = () => end.ws.pause();
    socket.write(Buffer.concat(['a', 'b', 'c'].map(text)));
    await end.expect('text a');
    socket.write(text('d'));
    await turn();
    for (const next of ['b', 'c', 'd']) {
      expect(end.told.unread).toEqual([]);
      end.ws.resume();
      await end.expect(`text ${next}`);
    }
  });

  it('[WS7] a listener that pauses and resumes while it is told is told of all, in order and once', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    end.onMessage = () => {
      end.ws.pause();
      end.ws.resume();
    };
    // So many that a call within a call for each would not end well.
    const messages = Array.from({ length: 20_000 }, (_, at) => `${at}`);
    socket.write(Buffer.concat(messages.map(text)));
    await end.expect('text 19999');
    expect(end.all).toEqual(messages.map((each) => `text ${each}`));
  });

  it('[WS6] reads a client that sends byte by byte', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.setNoDelay();
    for (const byte of Buffer.concat([text('slow'), ping(''), closeFrameOf(1000)])) {
      socket.write(Buffer.of(byte));
      await turn();
    }
    for (const expected of ['text slow', 'ping', 'closed 1000']) await end.expect(expected);
  });

  it('[WS6] reads 100,000 fragments of one byte as one message', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    const fragment = frameOf({ opcode: OPCODE.continuation, fin: false, payload: Buffer.of(1) });
    const fragments = Array.from({ length: 100_000 }, () => fragment);
    const first = frameOf({ opcode: OPCODE.binary, fin: false });
    socket.write(Buffer.concat([first, ...fragments, frameOf({ opcode: OPCODE.continuation })]));
    await end.expect('binary 100000');
  });
});

describe('memory', () => {
  it('[WS12] neither the upgrade request nor bytes that were handled are kept', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    const handled: WeakRef<ArrayBufferLike>[] = [];
    end.onMessage = ({ buffer }) => handled.push(new WeakRef(buffer));
    for (const cut of [0, 1, 5_000]) {
      const frame = frameOf({ opcode: OPCODE.binary, payload: Buffer.alloc(20_000) });
      socket.write(frame.subarray(0, cut));
      await turn();
      socket.write(frame.subarray(cut));
      await end.expect('binary 20000');
    }
    const last = frameOf({ opcode: OPCODE.binary, payload: Buffer.alloc(10_000) });
    socket.write(Buffer.concat([last, text('the first bytes of the next').subarray(0, 5)]));
    await end.expect('binary 10000');
    for (let rounds = 0; rounds < 5; rounds++) {
      await turn();
      collect();
    }
    expect(end.ws.state).toBe('open');
    expect(scene.requests.map((each) => each.deref())).toEqual([undefined]);
    expect(handled.map((each) => each.deref())).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('writing', () => {
  it('[WS11] what follows at once from a message leaves with one write', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw(text('hello'), 'paused');
    end.onMessage = () => {
      end.ws.write(serverFrame(Buffer.from('at once'), 'text'));
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => end.ws.write(serverFrame(Buffer.from('a little later'), 'text')));
    };
    const [handshake] = (await once(socket, 'data')) as [Buffer];
    expect(handshake.toString('latin1')).toMatch(/^HTTP\/1.1 101 [\s\S]*\r\n\r\n$/);
    const answers = once(socket, 'data') as Promise<[Buffer]>;
    let writes = 0;
    const { _writev, _write } = end.socket;
    end.socket._writev = function (...args) {
      writes++;
      _writev?.apply(this, args);
    };
    end.socket._write = function (...args) {
      writes++;
      _write.apply(this, args);
    };
    end.ws.resume();
    const frames = ['at once', 'a little later'].map((each) => serverFrame(Buffer.from(each), 'text'));
    expect((await answers)[0]).toEqual(Buffer.concat(frames));
    expect(writes).toBe(1);
  });
});

describe('pings', () => {
  it('[WS8] are answered with their payload, in order with what is written', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    end.onMessage = () => end.ws.write(serverFrame(Buffer.from('m'), 'text'));
    const received = framesUntilEnd(socket);
    socket.write(Buffer.concat([ping('a'), text(''), ping('b'), closeFrameOf(1000)]));
    await end.expect('closed 1000');
    expect(await received).toEqual(
      Buffer.concat([pong('a'), Buffer.from('\x81\x01m', 'latin1'), pong('b'), close(1000)]),
    );
    expect(end.all.filter((each) => each === 'ping')).toHaveLength(2);
  });

  it('[WS8] of a client that does not read take no memory; the newest is answered once it reads', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.pause();
    // More than the system takes for a client that does not read.
    while (end.socket.writableLength < MAX_PAYLOAD) {
      end.ws.write(Buffer.alloc(65_536, serverFrame(Buffer.alloc(14), 'binary')));
      await turn();
    }
    const before = end.ws.bufferedBytes;
    const one = ping('x'.repeat(100));
    socket.write(Buffer.concat([...Array.from({ length: 50_000 }, () => one), ping('newest'), text('behind')]));
    await end.expect('text behind');
    expect(end.ws.bufferedBytes).toBeLessThanOrEqual(before);
    const received = framesUntilEnd(socket);
    await new Promise<void>((resolve) => end.ws.whenDrained(resolve));
    socket.write(closeFrameOf(1000));
    const frames = await received;
    expect(frames.subarray(-12)).toEqual(Buffer.concat([pong('newest'), close(1000)]));
    expect(frames.includes(pong('x'.repeat(100)))).toBe(false);
  });

  it('[WS8] of the server are answered by a client, which is told of', async () => {
    const scene = await webSocketScene();
    const client = new WebSocket(scene.url);
    const end = await scene.serverEnd();
    await once(client, 'open');
    end.ws.ping();
    await end.expect('pong');
    client.close();
    await end.expect('closed 1005');
  });
});

describe('the closing handshake', () => {
  it.each([
    [1000, 'done'],
    [1001, ''],
    [4400, 'Why not'],
  ])('[WS9] a client that closes with %i gets the code back', async (code, reason) => {
    const scene = await webSocketScene();
    const client = new WebSocket(scene.url);
    const end = await scene.serverEnd();
    await once(client, 'open');
    const closed = once(client, 'close');
    client.close(code, reason);
    await end.expect(`closed ${code}`);
    expect((await closed)[0]).toBe(code);
    expect(end.cause).toBeUndefined();
  });

  it('[WS9] a client that closes without a code gets none back', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    const received = framesUntilEnd(socket);
    socket.write(frameOf({ opcode: OPCODE.close }));
    await end.expect('closed 1005');
    expect(await received).toEqual(Buffer.of(0x88, 0));
  });

  it('[WS9] what the client sent before its close frame is delivered, what comes behind it is not', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.write(Buffer.concat([text('before'), closeFrameOf(1000), text('behind')]));
    await end.expect('closed 1000');
    expect(end.all).toEqual(['text before', 'closed 1000']);
  });

  it('[WS9] the server closes with code and reason, behind all that it wrote, and nothing follows', async () => {
    const scene = await webSocketScene();
    const client = new WebSocket(scene.url);
    const received: string[] = [];
    client.on('message', (data: Buffer) => received.push(data.toString()));
    const end = await scene.serverEnd();
    await once(client, 'open');
    const closed = once(client, 'close') as Promise<[number, Buffer]>;
    end.ws.write(serverFrame(Buffer.from('last'), 'text'));
    end.ws.close(1013, `é${'x'.repeat(200)}`);
    end.ws.write(serverFrame(Buffer.from('too late'), 'text'));
    end.ws.ping();
    end.ws.close(1000, 'again');
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([1013, `é${'x'.repeat(121)}`]);
    expect(received).toEqual(['last']);
    await end.expect('closed 1013');
  });

  it('[WS9] a reason that is too long is not cut within a character', async () => {
    const scene = await webSocketScene();
    const client = new WebSocket(scene.url);
    const end = await scene.serverEnd();
    const closed = once(client, 'close') as Promise<[number, Buffer]>;
    await once(client, 'open');
    end.ws.close(4000, `x${'€'.repeat(60)}`);
    expect((await closed)[1].toString()).toBe(`x${'€'.repeat(40)}`);
  });

  it.each(['reads', 'paused'] as const)(
    '[WS9] messages that come in behind the close frame of the server are dropped (it %s)',
    async (reading) => {
      const scene = await webSocketScene();
      const { end, socket } = await scene.raw(text('unread'), 'paused');
      if (reading === 'reads') {
        end.ws.resume();
        await end.expect('text unread');
      }
      const received = framesUntilEnd(socket);
      end.ws.close(1000, '');
      socket.write(Buffer.concat([text('dropped'), closeFrameOf(1000)]));
      await end.expect('closed 1000');
      expect(end.told.unread).toEqual([]);
      expect(await received).toEqual(close(1000));
    },
  );

  it('[WS9] a client that does not answer is cut off after the timeout, and not before', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.resume();
    end.ws.close(1001, '');
    scene.clock.advance(CLOSE_TIMEOUT - 1);
    await turn();
    expect([end.ws.state, end.socket.destroyed]).toEqual(['closing', false]);
    scene.clock.advance(1);
    await end.expect('closed 1006');
    expect(end.ws.state).toBe('closed');
  });

  it('[WS9] no timer is left behind', async () => {
    const scene = await webSocketScene();
    const { clock } = scene;
    const after = clock.after.bind(clock);
    let running = 0;
    clock.after = (delay, task) => {
      running++;
      const timer = after(delay, task);
      return {
        stop: () => {
          running--;
          timer.stop();
        },
      };
    };
    const client = new WebSocket(scene.url);
    const end = await scene.serverEnd();
    await once(client, 'open');
    end.ws.close(1000, '');
    expect(running).toBe(1);
    await end.expect('closed 1000');
    expect(running).toBe(0);
  });

  it('[WS4] a fault is answered with its code, and the client may finish what it is sending', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    const received = framesUntilEnd(socket);
    const announced = frameOf({ opcode: OPCODE.binary, announced: MAX_PAYLOAD + 1 });
    socket.write(Buffer.concat([announced, Buffer.alloc(4 * MAX_PAYLOAD)]));
    expect(await received).toEqual(close(1009));
    expect(end.ws.state).toBe('closing');
    socket.end();
    await end.expect('closed 1006');
    expect(end.cause?.message).toContain('too big');
  });

  it('[WS4] a client at fault that keeps the connection open is cut off after the timeout', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    const received = framesUntilEnd(socket);
    socket.write(frameOf({ opcode: 3 }));
    expect(await received).toEqual(close(1002));
    scene.clock.advance(CLOSE_TIMEOUT);
    await end.expect('closed 1006');
  });
});

describe('connections that end without it', () => {
  it('[WS10] a client that ends its half without a close frame: what it sent counts, then 1006', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.resume();
    socket.end(text('last'));
    await end.expect('text last');
    await end.expect('closed 1006');
    expect(end.cause).toBeUndefined();
  });

  it('[WS10] one that ends its half while the server is paused: the same, once it resumes', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw(text('one'), 'paused');
    socket.resume();
    socket.end(text('two'));
    for (let rounds = 0; rounds < 20; rounds++) await turn();
    expect([end.all, end.ws.state]).toEqual([[], 'open']);
    end.ws.resume();
    for (const expected of ['text one', 'text two', 'closed 1006']) await end.expect(expected);
  });

  it('[WS10] one that ends its half and takes nothing is cut off after the timeout', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.pause();
    while (end.socket.writableLength < MAX_PAYLOAD) {
      end.ws.write(Buffer.alloc(65_536));
      await turn();
    }
    socket.end();
    await once(end.socket, 'end');
    expect(end.ws.state).toBe('closing');
    scene.clock.advance(CLOSE_TIMEOUT);
    await end.expect('closed 1006');
  });

  it.each(['reads', 'paused'] as const)('[WS10] a reset is told of once, with its cause (it %s)', async (reading) => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw(Buffer.alloc(0), reading);
    await once(socket, 'data');
    socket.resetAndDestroy();
    await end.expect('closed 1006');
    expect(end.cause).toMatchObject({ code: 'ECONNRESET' });
    expect(end.all).toEqual(['closed 1006']);
  });

  it('[WS10] nothing that is done with one that is gone throws or does anything', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    socket.resetAndDestroy();
    await end.expect('closed 1006');
    const { ws } = end;
    ws.write(Buffer.of(1));
    ws.whenDrained(() => end.told.push('drained'));
    ws.ping();
    ws.pause();
    ws.resume();
    ws.close(1000, '');
    ws.terminate();
    await turn();
    expect([ws.state, end.told.unread]).toEqual(['closed', []]);
  });

  it('[WS10] writes to a client that has gone without a word end in 1006, not in an exception', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    await once(socket, 'data');
    socket.destroy();
    while (end.ws.state === 'open') {
      end.ws.write(serverFrame(Buffer.alloc(1000), 'binary'));
      await turn();
    }
    await end.expect('closed 1006');
  });

  it('[WS10] terminate ends it at once, and nothing is delivered any more', async () => {
    const scene = await webSocketScene();
    const { end, socket } = await scene.raw();
    end.onMessage = () => end.ws.terminate();
    socket.write(Buffer.concat([text('a'), text('b')]));
    await end.expect('closed 1006');
    expect(end.all).toEqual(['text a', 'closed 1006']);
  });
});

describe('clients', () => {
  it('[WS2] ws: messages of every size both ways, with compression and subprotocols offered', async () => {
    const scene = await webSocketScene();
    const client = new WebSocket(scene.url, ['first', 'second'], { perMessageDeflate: true });
    const end = await scene.serverEnd();
    await once(client, 'open');
    expect([client.protocol, client.extensions]).toEqual(['first', '']);
    end.onMessage = (payload) => end.ws.write(serverFrame(payload, 'binary'));
    for (const size of [0, 1, 125, 126, 65_535, 65_536, MAX_PAYLOAD]) {
      const payload = Buffer.alloc(size, size % 251);
      const echo = once(client, 'message');
      client.send(payload);
      expect(((await echo)[0] as Buffer).equals(payload)).toBe(true);
    }
    client.send('x', { fin: false });
    client.ping();
    client.send('y', { fin: true });
    await end.expect('text xy');
    client.terminate();
    await end.expect('closed 1006');
  });

  const Native = (globalThis as { WebSocket?: typeof globalThis.WebSocket }).WebSocket;
  it.skipIf(Native === undefined)("[WS2] Node's own WebSocket: a message both ways, and a close", async () => {
    const scene = await webSocketScene();
    const client = new Native!(scene.url);
    atEnd(() => client.close());
    const end = await scene.serverEnd();
    await new Promise((resolve) => client.addEventListener('open', resolve));
    end.onMessage = () => end.ws.write(serverFrame(Buffer.from('answer'), 'text'));
    const answer = new Promise((resolve) => client.addEventListener('message', ({ data }) => resolve(data)));
    client.send('question');
    expect(await answer).toBe('answer');
    const closed = new Promise((resolve) => client.addEventListener('close', ({ code }) => resolve(code)));
    client.close(3001, 'over');
    await end.expect('closed 3001');
    expect(await closed).toBe(3001);
  });
});

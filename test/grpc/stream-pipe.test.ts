import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StreamPipe } from '../../src/adapters/grpc/stream-pipe.ts';
import type { Clock } from '../../src/application/ports/clock.ts';
import { EncodedBatch } from '../../src/application/room/room-batch.ts';

/** A stream whose peer reads when it is told to. */
class SlowPeer extends Writable {
  readonly received: number[] = [];
  #read: (() => void) | undefined;

  constructor() {
    super({ objectMode: true, highWaterMark: 4 });
  }

  override _write(message: Uint8Array, _encoding: string, done: () => void): void {
    this.received.push(message.byteLength);
    this.#read = done;
  }

  /** Reads until nothing is left. */
  async readAll(): Promise<void> {
    while (this.#read !== undefined) {
      const read = this.#read;
      this.#read = undefined;
      read();
      await Promise.resolve();
      await new Promise((resolve) => process.nextTick(resolve));
    }
  }
}

class Timers implements Clock {
  readonly running: { task: () => void }[] = [];
  now = () => 0;
  every = () => ({ stop: () => undefined });
  after = (_delay: number, task: () => void) => {
    const timer = { task };
    this.running.push(timer);
    return {
      stop: () => {
        const at = this.running.indexOf(timer);
        if (at >= 0) this.running.splice(at, 1);
      },
    };
  };
}

const LIMITS = { maxOutboxBytes: 1000, outboxTimeout: 50 };

function made() {
  const peer = new SlowPeer();
  const timers = new Timers();
  let stuck = 0;
  const pipe = new StreamPipe(peer, LIMITS, timers, () => stuck++);
  return { peer, timers, pipe, stuck: () => stuck };
}

const bytes = (count: number, size = 100) => Array.from({ length: count }, () => new Uint8Array(size));
const messages = (count: number, size = 100) => new EncodedBatch(bytes(count, size));

describe('StreamPipe', () => {
  it('[GRPC23] hands the stream only what it takes without queueing, and the rest in order as it is read', async () => {
    const { peer, pipe } = made();
    pipe.write(new EncodedBatch([...bytes(19), new Uint8Array(7)]));
    expect(peer.writableLength).toBe(4);
    await peer.readAll();
    expect(peer.received).toEqual([...Array(19).fill(100), 7]);
  });

  it('[GRPC23] counts what has not left, and says once when all has', async () => {
    const { peer, pipe } = made();
    pipe.write(messages(10));
    expect(pipe.bufferedBytes).toBeGreaterThanOrEqual(1000);
    let drained = 0;
    pipe.whenDrained(() => drained++);
    expect(drained).toBe(0);
    await peer.readAll();
    expect(pipe.bufferedBytes).toBe(0);
    expect(drained).toBe(1);
  });

  it('[GRPC23] gives up on a peer that reads nothing, not on one that keeps reading', async () => {
    const { peer, pipe, timers, stuck } = made();
    pipe.write(messages(20));
    expect(timers.running).toHaveLength(1);
    const [first] = timers.running;
    await peer.readAll();
    expect(timers.running).toHaveLength(0);
    pipe.write(messages(20));
    expect(timers.running[0]).not.toBe(first);
    timers.running[0]?.task();
    expect(stuck()).toBe(1);
  });

  it('[GRPC23] takes nothing once it is closed, and forgets what waits', async () => {
    const { peer, pipe, timers } = made();
    pipe.write(messages(20));
    pipe.close();
    pipe.write(messages(1));
    expect(timers.running).toHaveLength(0);
    await peer.readAll();
    expect(peer.received).toHaveLength(4);
  });

  it('[GRPC13] writes nothing to a stream that has ended', () => {
    const { peer, pipe } = made();
    peer.on('error', (error) => expect.unreachable(String(error)));
    peer.end();
    pipe.write(messages(1));
    pipe.finish();
    peer.destroy();
    expect(peer.received).toEqual([]);
  });
});

import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PacedWriter } from '../../src/adapters/websocket/transport/paced-writer.ts';
import { PIECE, Turns } from '../../src/adapters/websocket/transport/turns.ts';

/** A socket that takes everything in the next turn, and notes what. */
class Sink extends Duplex {
  readonly #log: string[];
  readonly #name: string;
  readonly taken: Buffer[] = [];

  constructor(name: string, log: string[] = []) {
    super();
    this.#name = name;
    this.#log = log;
  }

  override _read(): void {
    // Nothing comes from this peer.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.taken.push(Buffer.from(chunk));
    this.#log.push(`${this.#name}${chunk.length}`);
    setImmediate(done);
  }
}

const bytes = (length: number, fill: number) => Buffer.alloc(length, fill);
const written = (writer: PacedWriter) => new Promise<void>((resolve) => writer.write(Buffer.alloc(0), () => resolve()));

describe('PacedWriter', () => {
  it('[WS13] writes what is small at once, and keeps the order around what is large', async () => {
    const sink = new Sink('a');
    const writer = new PacedWriter(sink, new Turns());
    const messages = [bytes(3, 1), bytes(2.5 * PIECE, 2), bytes(4, 3), bytes(PIECE + 1, 4), bytes(5, 5)];
    for (const message of messages) writer.write(message);
    expect(writer.bufferedBytes).toBe(messages.reduce((sum, { length }) => sum + length, 0));
    expect(writer.isHeldUp).toBe(true);
    await written(writer);
    expect(Buffer.compare(Buffer.concat(sink.taken), Buffer.concat(messages))).toBe(0);
    expect(Math.max(...sink.taken.map(({ length }) => length))).toBe(PIECE);
    expect([writer.bufferedBytes, writer.isHeldUp]).toEqual([0, false]);
  });

  it('[WS13] those who have much to write take turns', async () => {
    const log: string[] = [];
    const turns = new Turns();
    const [one, two] = [new PacedWriter(new Sink('a', log), turns), new PacedWriter(new Sink('b', log), turns)];
    one.write(bytes(3 * PIECE, 1));
    two.write(bytes(3 * PIECE, 2));
    await Promise.all([written(one), written(two)]);
    const order = log
      .filter((entry) => entry.length > 2)
      .map((entry) => entry[0])
      .join('');
    expect(order).toBe('ababab');
  });

  it('[WS13] a turn is bounded, however many wait', async () => {
    const log: string[] = [];
    const turns = new Turns();
    const writers = Array.from({ length: 40 }, () => new PacedWriter(new Sink('a', log), turns));
    for (const writer of writers) writer.write(bytes(2 * PIECE, 1));
    let before = 0;
    while (log.length < 80) {
      await new Promise(setImmediate);
      // Two turns of the event loop at most have passed.
      expect(log.length - before).toBeLessThanOrEqual(32);
      before = log.length;
    }
  });

  it('[WS13] ends the socket behind all that was written, and not before', async () => {
    const sink = new Sink('a');
    const writer = new PacedWriter(sink, new Turns());
    writer.write(bytes(2 * PIECE, 1));
    writer.write(bytes(2, 2));
    const ended = new Promise<void>((resolve) => writer.end(resolve));
    expect(sink.writableEnded).toBe(false);
    await ended;
    expect(Buffer.concat(sink.taken)).toHaveLength(2 * PIECE + 2);
  });

  it('[WS13] drops what is left when the socket is gone', async () => {
    const sink = new Sink('a');
    const writer = new PacedWriter(sink, new Turns());
    writer.write(bytes(9 * PIECE, 1));
    await new Promise(setImmediate);
    sink.destroy();
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(writer.bufferedBytes).toBeLessThanOrEqual(PIECE);
    writer.write(bytes(3, 1));
  });
});

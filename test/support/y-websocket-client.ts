import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  encodeAwarenessFrame,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
} from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import type { AwarenessEntry } from '../../src/domain/codecs/awareness.ts';
import { encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { atEnd } from './clean-up.ts';
import { Inbox } from './inbox.ts';

const STEP_1 = [0, 0] as const;
const STEP_2 = [0, 1] as const;
export const UPDATE = [0, 2] as const;
export const AWARENESS = [1] as const;
export const DENIED = [2, 0] as const;

/** A client of the y-websocket door that sends and receives frames, and does nothing of its own. Ends with the test. */
export class YWebsocketClient {
  readonly ws: WebSocket;
  readonly received = new Inbox<Buffer>();
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = new Promise((resolve) => ws.on('close', resolve));
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => this.received.push(data));
    ws.on('close', (code) => this.received.end(`The socket closed with ${code}`));
  }

  static async open(wsUrl: string, document: string): Promise<YWebsocketClient> {
    const ws = new WebSocket(`${wsUrl}/ws/${document}`);
    const client = new YWebsocketClient(ws);
    atEnd(() => ws.terminate());
    await once(ws, 'open');
    return client;
  }

  /** Opens and waits for the server's step 1: the session is there. */
  static async join(wsUrl: string, document: string): Promise<YWebsocketClient> {
    const client = await YWebsocketClient.open(wsUrl, document);
    await client.next(STEP_1);
    return client;
  }

  send(frame: Uint8Array): void {
    this.ws.send(frame);
  }

  step1(stateVector: Uint8Array = Uint8Array.of(0)): void {
    this.send(encodeStep1(stateVector));
  }

  step2(update: Uint8Array): void {
    this.send(encodeStep2(update));
  }

  update(update: Uint8Array): void {
    this.send(encodeUpdate(update));
  }

  awareness(...entries: readonly AwarenessEntry[]): void {
    this.send(encodeAwarenessFrame(encodeAwareness(entries)));
  }

  /** The next frame that begins with these bytes; others stay unread. */
  next(head: readonly number[], matches: (frame: Buffer) => boolean = () => true): Promise<Buffer> {
    return this.received.take(
      `frame [${head}]`,
      (frame) => head.every((byte, at) => frame[at] === byte) && matches(frame),
    );
  }

  nextOfAll(): Promise<Buffer> {
    return this.received.take('frame', () => true);
  }

  /** The next frame must be these bytes. */
  async nextEqual(frame: Uint8Array): Promise<void> {
    const received = await this.nextOfAll();
    if (!received.equals(frame)) throw new Error(`Expected ${hex(frame)}, got ${hex(received)}`);
  }

  /** Writes and waits for the echo. */
  async write(update: Uint8Array): Promise<void> {
    const echo = Buffer.from(encodeUpdate(update));
    this.update(update);
    await this.next(UPDATE, (frame) => frame.equals(echo));
  }

  /** Resolves with the step 2 that answers a step 1: everything sent before was handled. */
  async sync(stateVector?: Uint8Array): Promise<Buffer> {
    this.step1(stateVector);
    return this.next(STEP_2);
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

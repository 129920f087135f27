import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../../application/ports/clock.ts';
import type { FrameOpcode } from '../framing.ts';
import { ABNORMAL, closeCodeOf, closePayload } from './close-frame.ts';
import { controlFrame, PING_FRAME } from './control-frame.ts';
import { FrameParser, type Parsed } from './frame-parser.ts';
import { gather } from './gather.ts';
import { PacedWriter } from './paced-writer.ts';
import { listenTo, type SocketOwner } from './socket-events.ts';
import type { Turns } from './turns.ts';
import type { Violation } from './violation.ts';
import type { WebSocketListener } from './web-socket-listener.ts';

export interface WebSocketOptions {
  /** Bytes a message may have. */
  readonly maxPayload: number;
  /** Milliseconds that a client may take to end the connection once it is to end. */
  readonly closeTimeout: number;
  readonly clock: Clock;
  /** Of all WebSockets that take turns. */
  readonly turns: Turns;
}

/** `closing`: a close frame has left or come in, or one side has ended; nothing is delivered or sent any more. */
export type WebSocketState = 'open' | 'closing' | 'closed';

const NOTHING = Buffer.alloc(0);

/**
 * The server's end of one WebSocket, on the socket of its upgrade request. It begins paused. What was read while it is
 * paused waits; the socket itself is read no further than one chunk.
 */
export class ServerWebSocket implements SocketOwner {
  readonly #socket: Duplex;
  readonly #options: WebSocketOptions;
  readonly #parser: FrameParser;
  readonly #writer: PacedWriter;
  #listener: WebSocketListener | undefined;
  #state: WebSocketState = 'open';
  #reading: 'on' | 'paused' | 'discarding' = 'paused';
  #parsing: 'idle' | 'under way' = 'idle';
  /** Whether the client has ended its half of the connection. */
  #peer: 'there' | 'ended' = 'there';
  #closeCode = ABNORMAL;
  #cause: Error | undefined;
  #timer: Timer | undefined;
  /** Payload of the newest ping that could not be answered yet. */
  #unansweredPing: Buffer | undefined;

  /**
   * @param answer what accepts the upgrade; leaves with what follows from it at once
   * @param head what came behind the request
   */
  constructor(socket: Duplex, answer: string, head: Buffer, options: WebSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#parser = new FrameParser(options.maxPayload);
    this.#writer = new PacedWriter(socket, options.turns);
    if (head.length > 0) this.#parser.push(head);
    gather(socket);
    socket.write(answer, 'latin1');
    listenTo(socket, this);
  }

  get state(): WebSocketState {
    return this.#state;
  }

  /** Bytes that have not left the process. */
  get bufferedBytes(): number {
    return this.#writer.bufferedBytes;
  }

  /** Who is told of what happens from now on. */
  listen(listener: WebSocketListener): void {
    this.#listener = listener;
  }

  /** Whole frames, in order with those of its own. Dropped behind a close frame (RFC 6455, section 5.5.1). */
  write(frames: Uint8Array): void {
    if (this.#state !== 'open') return;
    // Answers to what was just read: there may be several.
    if (this.#parsing === 'under way') gather(this.#socket);
    this.#writer.write(frames);
  }

  /** Calls back once all that was written has left the process, or never where the connection ends first. */
  whenDrained(callback: () => void): void {
    if (this.#state !== 'open') return;
    // By a write of nothing behind all else: `drain` comes only when more was buffered than the stream's own mark.
    this.#writer.write(NOTHING, (error) => {
      if (error === null || error === undefined) callback();
    });
  }

  ping(): void {
    this.write(PING_FRAME);
  }

  /** No message is delivered until `resume`. */
  pause(): void {
    if (this.#state === 'open' && this.#reading === 'on') this.#reading = 'paused';
  }

  /** Delivers what waits, before it returns, and reads on. */
  resume(): void {
    if (this.#reading !== 'paused') return;
    this.#reading = 'on';
    this.#parse();
    this.#flow();
  }

  /**
   * Begins the closing handshake: what was written before still leaves, what comes in is dropped.
   * @param reason cut to 123 bytes
   */
  close(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#sayClose(code, reason);
    // The client's close frame may stand behind messages that nobody waits for any more.
    this.resume();
  }

  /** Ends the connection at once, and drops what has not left. */
  terminate(): void {
    if (this.#state === 'open') this.#state = 'closing';
    this.#reading = 'discarding';
    this.#socket.destroy();
  }

  received(chunk: Buffer): void {
    if (this.#reading === 'discarding') return;
    this.#parser.push(chunk);
    if (this.#reading === 'paused') this.#socket.pause();
    else this.#parse();
  }

  peerEnded(): void {
    this.#peer = 'ended';
    // What it sent before comes first.
    if (this.#reading !== 'paused' || !this.#parser.hasInput) this.#endToo();
  }

  failed(cause: Error): void {
    this.#cause ??= cause;
  }

  gone(): void {
    this.#state = 'closed';
    this.#reading = 'discarding';
    this.#timer?.stop();
    this.#listener?.closed(this.#closeCode, this.#cause);
    this.#listener = undefined;
  }

  #parse(): void {
    // A listener may pause and resume while it is told of a message: the loop that told it goes on.
    if (this.#parsing === 'under way') return;
    this.#parsing = 'under way';
    while (this.#reading === 'on') {
      const found = this.#parser.next();
      if (found === 'incomplete') break;
      this.#take(found, this.#parser.payload);
    }
    this.#parsing = 'idle';
    if (this.#peer === 'ended' && this.#reading === 'on') this.#endToo();
  }

  #take(found: Exclude<Parsed, 'incomplete'>, payload: Buffer): void {
    if (found === 'close') this.#answerClose(closeCodeOf(payload));
    else if (found === 'violation') this.#refuse(this.#parser.violation);
    else if (this.#state === 'open') this.#deliver(found, payload);
  }

  #deliver(found: FrameOpcode | 'ping' | 'pong', payload: Buffer): void {
    if (found === 'ping') {
      this.#answerPing(payload);
      this.#listener?.ping();
    } else if (found === 'pong') {
      this.#listener?.pong();
    } else {
      this.#listener?.message(payload, found);
    }
  }

  /** Both sides have said goodbye: nothing follows, and nothing has to be waited for but our own bytes. */
  #answerClose(code: number): void {
    this.#closeCode = code;
    this.#reading = 'discarding';
    if (this.#state === 'open') this.#writer.write(controlFrame('close', closePayload(code, '')));
    // The usual case: all is with the system, which sends it and our end of the connection.
    if (this.#writer.bufferedBytes === 0) {
      this.terminate();
      return;
    }
    this.#beClosing();
    this.#writer.end(() => this.#socket.destroy());
  }

  /** The client may be in the middle of sending: a connection that is cut now would lose the close frame to it. */
  #refuse(violation: Violation | undefined): void {
    if (violation === undefined) return;
    this.#cause ??= new Error(`The client broke the WebSocket protocol: ${violation.reason}`);
    this.#sayClose(violation.code, '');
    this.#reading = 'discarding';
    this.#endToo();
    this.#flow();
  }

  #sayClose(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#writer.write(controlFrame('close', closePayload(code, reason)));
    this.#beClosing();
  }

  /** Nothing follows on our half; the socket is gone when the other one has ended as well. */
  #endToo(): void {
    this.#reading = 'discarding';
    this.#beClosing();
    this.#writer.end();
  }

  #beClosing(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    const { clock, closeTimeout } = this.#options;
    this.#timer = clock.after(closeTimeout, () => this.#socket.destroy());
  }

  /** Where the client does not read, only the newest ping is answered (RFC 6455, section 5.5.3). */
  #answerPing(payload: Buffer): void {
    if (!this.#writer.isHeldUp) {
      this.write(controlFrame('pong', payload));
      return;
    }
    const isWaiting = this.#unansweredPing !== undefined;
    this.#unansweredPing = Buffer.from(payload);
    if (!isWaiting) this.whenDrained(() => this.#answerNewestPing());
  }

  #answerNewestPing(): void {
    if (this.#unansweredPing === undefined) return;
    this.write(controlFrame('pong', this.#unansweredPing));
    this.#unansweredPing = undefined;
  }

  #flow(): void {
    if (this.#reading !== 'paused' && this.#socket.isPaused()) this.#socket.resume();
  }
}

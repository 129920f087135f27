import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Timer } from '../core/clock.ts';
import type { Connection, Dial } from '../core/connection.ts';
import { ProviderError } from '../core/provider-error.ts';
import { rejectionOf } from './close-code.ts';
import { Echoes } from './echoes.ts';
import { awarenessFrame, decodeFrame, type Frame, step1Frame, updateFrame } from './frames.ts';
import type { Socket, SocketEvent } from './socket.ts';

/** Milliseconds. A server is never silent for longer than 15 s. */
const LONGEST_SILENCE = 30_000;

/** Bytes that may wait for the network, or for their echo, before updates are held back to be merged. */
const MAX_BUFFERED = 1024 * 1024;
const MAX_UNCONFIRMED = 16 * 1024 * 1024;

/** Milliseconds between two looks at a full buffer: a WebSocket has no event for that it drains. */
const DRAIN_CHECK = 50;

/** Milliseconds that a close may come behind its reason. */
const DENIAL = 250;

const NORMAL_CLOSURE = 1000;

/** How this server words the refusal of an edit of a client that may only read; the protocol has no code for it. */
const READ_ONLY = /\bonly read\b|\bread-only\b/i;

/** The y-websocket protocol over one WebSocket. */
export class WebSocketConnection implements Connection {
  readonly #socket: Socket;
  readonly #dial: Dial;
  readonly #echoes = new Echoes();
  #state: 'connecting' | 'open' | 'ended' = 'connecting';
  #lastHeard: number;
  #silence: Timer;
  #drain: Timer | undefined;
  #denial: Timer | undefined;
  /** Why the server refuses, said right before it closes. */
  #reason = '';

  constructor(socket: Socket, dial: Dial) {
    this.#socket = socket;
    this.#dial = dial;
    this.#lastHeard = dial.clock.now();
    this.#silence = dial.clock.after(LONGEST_SILENCE, () => this.#checkSilence());
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#opened());
    socket.addEventListener('message', (event) => this.#heard(event));
    socket.addEventListener('close', (event) => this.#closed(event));
    // A close follows. Without a listener, the `ws` of Node would throw.
    socket.addEventListener('error', () => undefined);
  }

  get isCongested(): boolean {
    return this.#socket.bufferedAmount > MAX_BUFFERED || this.#echoes.bytes > MAX_UNCONFIRMED;
  }

  whenClear(callback: () => void): void {
    this.#drain = this.#dial.clock.after(DRAIN_CHECK, () => {
      if (this.isCongested) this.whenClear(callback);
      else callback();
    });
  }

  send(update: Uint8Array): void {
    this.#echoes.expect(update);
    this.#write(updateFrame(update));
  }

  sendPresence(): void {
    const { awareness } = this.#dial;
    this.#write(awarenessFrame(encodeAwarenessUpdate(awareness, [awareness.clientID])));
  }

  close(): void {
    this.#end();
    this.#socket.close(NORMAL_CLOSURE);
  }

  #opened(): void {
    if (this.#state === 'ended') return;
    this.#state = 'open';
    this.#lastHeard = this.#dial.clock.now();
    this.#write(step1Frame(Y.encodeStateVector(this.#dial.doc)));
  }

  #heard({ data }: SocketEvent): void {
    if (this.#state === 'ended') return;
    this.#lastHeard = this.#dial.clock.now();
    // Text is another protocol of the same door.
    if (data instanceof ArrayBuffer) this.#handle(new Uint8Array(data));
  }

  #handle(bytes: Uint8Array): void {
    const { listener } = this.#dial;
    const frame = readFrame(bytes);
    switch (frame.kind) {
      case 'step 1':
        listener.offered(frame.stateVector);
        return;
      case 'step 2':
        listener.received(frame.update);
        if (this.#state === 'open') listener.synced();
        return;
      case 'update':
        this.#updated(frame.update);
        return;
      case 'awareness':
        listener.presence(frame.update);
        return;
      case 'denied':
        this.#denied(frame.reason);
        return;
      case 'damaged':
        this.close();
        listener.lost();
        return;
      case 'unknown':
        return;
    }
  }

  #updated(update: Uint8Array): void {
    const certainty = this.#echoes.match(update);
    if (certainty === undefined) this.#dial.listener.received(update);
    else this.#dial.listener.acknowledged(certainty);
  }

  /**
   * The frame says neither what was refused nor whether the server is about to close. Where it is, the close code tells
   * more, so it gets a moment to come.
   */
  #denied(reason: string): void {
    this.#reason = reason;
    const { listener, clock } = this.#dial;
    if (READ_ONLY.test(reason)) listener.refused(new ProviderError('read-only', 'continues', reason));
    else {
      this.#denial?.stop();
      this.#denial = clock.after(DENIAL, () => listener.refused(new ProviderError('refused', 'continues', reason)));
    }
  }

  #closed({ code = 1005, reason = '' }: SocketEvent): void {
    if (this.#state === 'ended') return;
    this.#end();
    const rejection = rejectionOf(code, reason === '' ? this.#reason : reason);
    if (rejection === undefined) this.#dial.listener.lost();
    else this.#dial.listener.rejected(rejection);
  }

  #checkSilence(): void {
    const left = this.#lastHeard + LONGEST_SILENCE - this.#dial.clock.now();
    if (left > 0) {
      this.#silence = this.#dial.clock.after(left, () => this.#checkSilence());
      return;
    }
    // Its closing handshake may never end, so nobody waits for it.
    this.close();
    this.#dial.listener.lost();
  }

  #write(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#state === 'open') this.#socket.send(frame);
  }

  #end(): void {
    this.#state = 'ended';
    this.#silence.stop();
    this.#drain?.stop();
    this.#denial?.stop();
  }
}

function readFrame(bytes: Uint8Array): Frame | { readonly kind: 'damaged' } {
  try {
    return decodeFrame(bytes);
  } catch {
    return { kind: 'damaged' };
  }
}

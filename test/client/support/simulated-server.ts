import * as Y from 'yjs';
import { decodeFrame, step1Frame, updateFrame } from '../../../client/src/websocket/frames.ts';
import { WebSocketProvider } from '../../../client/src/websocket/websocket-provider.ts';
import { encodeStep2 } from '../../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { ManualClock } from '../../support/manual-clock.ts';

type Listener = (event: { data?: ArrayBuffer; code?: number; reason?: string }) => void;

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  binaryType = '';
  bufferedAmount = 0;
  readonly url: string;
  readonly sent: Uint8Array[] = [];
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly #listeners = new Map<string, Listener>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame.slice());
  }

  close(): void {
    this.state = 'closed';
  }

  open(): void {
    this.state = 'open';
    this.#listeners.get('open')?.({});
  }

  deliver(frame: Uint8Array): void {
    this.#listeners.get('message')?.({ data: frame.slice().buffer as ArrayBuffer });
  }

  drop(code = 1006, reason = ''): void {
    this.state = 'closed';
    this.#listeners.get('close')?.({ code, reason });
  }
}

/** A WebSocket class that keeps what it makes. */
export function fakeSockets(): { readonly all: FakeSocket[]; readonly Class: new (url: string) => FakeSocket } {
  const all: FakeSocket[] = [];
  return {
    all,
    Class: class extends FakeSocket {
      constructor(url: string) {
        super(url);
        all.push(this);
      }
    },
  };
}

/** Lets promises and the ends of ticks run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

interface Stored {
  readonly update: Uint8Array;
  readonly from: FakeSocket | undefined;
}

/**
 * A provider, and a server that takes one step at a time: it applies what it receives to memory at once, stores it at
 * `commit`, and echoes it only then. `crash` forgets the memory.
 */
export class SimulatedServer {
  readonly clock = new ManualClock();
  readonly doc = new Y.Doc();
  readonly provider: WebSocketProvider;
  readonly #sockets = fakeSockets();
  readonly #own: Uint8Array[] = [];
  #memory = new Y.Doc();
  #disk = new Y.Doc();
  #stranger = new Y.Doc();
  #uncommitted: Stored[] = [];
  #outbox: Uint8Array[] = [];

  constructor() {
    this.doc.clientID = 1;
    this.#stranger.clientID = 2;
    this.provider = new WebSocketProvider({
      url: 'ws://simulated/ws',
      document: 'd',
      doc: this.doc,
      WebSocket: this.#sockets.Class,
      clock: this.clock,
      random: () => 0,
    });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.#own.push(update);
    });
  }

  insert(at: number): void {
    const text = this.doc.getText();
    text.insert(at % (text.length + 1), 'x');
  }

  remove(at: number): void {
    const text = this.doc.getText();
    if (text.length > 0) text.delete(at % text.length, 1);
  }

  /** The provider's wait is over, and the server lets it in. */
  connect(): void {
    this.clock.advance(1);
    const socket = this.#socket;
    if (socket?.state !== 'connecting') return;
    socket.open();
    this.#outbox = [step1Frame(Y.encodeStateVector(this.#memory))];
  }

  /** The server receives the oldest frame under way. */
  receive(): void {
    const socket = this.#socket;
    const bytes = socket?.state === 'open' ? socket.sent.shift() : undefined;
    if (bytes === undefined) return;
    const frame = decodeFrame(bytes);
    if (frame.kind === 'step 1') this.#outbox.push(encodeStep2(Y.encodeStateAsUpdate(this.#memory, frame.stateVector)));
    if (frame.kind !== 'update') return;
    Y.applyUpdate(this.#memory, frame.update);
    this.#uncommitted.push({ update: frame.update, from: socket });
  }

  commit(): void {
    for (const { update, from } of this.#uncommitted.splice(0)) {
      Y.applyUpdate(this.#disk, update);
      if (from !== undefined && from === this.#socket && from.state === 'open') this.#outbox.push(updateFrame(update));
    }
  }

  /** The provider receives the oldest frame under way. */
  deliver(): void {
    const socket = this.#socket;
    const frame = socket?.state === 'open' ? this.#outbox.shift() : undefined;
    if (frame !== undefined) socket?.deliver(frame);
  }

  /** Somebody else edits what the server has. */
  stranger(at: number): void {
    Y.applyUpdate(this.#stranger, Y.encodeStateAsUpdate(this.#memory));
    const before = Y.encodeStateVector(this.#stranger);
    const text = this.#stranger.getText();
    text.insert(at % (text.length + 1), 's');
    const update = Y.encodeStateAsUpdate(this.#stranger, before);
    Y.applyUpdate(this.#memory, update);
    this.#uncommitted.push({ update, from: undefined });
    if (this.#socket?.state === 'open') this.#outbox.push(updateFrame(update));
  }

  /** What is under way in both directions is lost; what the server has received stays. */
  drop(): void {
    this.#outbox = [];
    if (this.#socket?.state === 'open') this.#socket.drop();
  }

  crash(): void {
    this.drop();
    this.#uncommitted = [];
    this.#memory = new Y.Doc();
    Y.applyUpdate(this.#memory, Y.encodeStateAsUpdate(this.#disk));
    this.#stranger = new Y.Doc();
  }

  /** The disk is gone: the server starts with nothing. */
  loseDisk(): void {
    this.#disk = new Y.Doc();
    this.crash();
  }

  async settle(): Promise<void> {
    this.drop();
    await settled();
    this.connect();
    await settled();
    this.connect();
    for (let round = 0; round < 4; round++) {
      while (this.#outbox.length > 0) this.deliver();
      await settled();
      while ((this.#socket?.sent.length ?? 0) > 0) this.receive();
      this.commit();
    }
  }

  /** Whether the disk holds everything that was made in the provider's document. */
  isStored(): boolean {
    const disk = new Y.Doc();
    Y.applyUpdate(disk, Y.encodeStateAsUpdate(this.#disk));
    const before = Y.snapshot(disk);
    for (const update of this.#own) Y.applyUpdate(disk, update);
    return Y.equalSnapshots(before, Y.snapshot(disk)) && disk.store.pendingStructs === null;
  }

  /** Somebody else makes, in the same moment, the very deletion that the provider has under way. */
  sameDeletion(): void {
    const frame = this.#socket?.sent.find((each) => decodeFrame(each).kind === 'update');
    if (frame !== undefined) this.#outbox.push(frame);
  }

  destroy(): void {
    this.doc.destroy();
  }

  get #socket(): FakeSocket | undefined {
    return this.#sockets.all.at(-1);
  }
}

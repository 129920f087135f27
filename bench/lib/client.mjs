import { bodyStart, protocols } from './protocols.mjs';
import { EMPTY_STATE_VECTOR, EMPTY_UPDATE, Progress } from './updates.mjs';
import { clientFrame, RawWebSocket } from './websocket.mjs';

const KEEP_ALIVE_MS = 20_000;

/**
 * One collaborator as a server sees it: it introduces itself, synchronises, answers the server's Step1, then reads or
 * writes. It holds no document; it counts what reaches it.
 */
export class Client {
  #protocol;
  #document;
  #socket;
  #resolveSynced;

  /**
   * @param {import('../servers/catalogue.mjs').RunningServer} server
   * @param {string} document
   * @param {{ writers?: number, stateVector?: Uint8Array, onData?: () => void }} [options]
   */
  constructor(server, document, { writers = 1, stateVector = EMPTY_STATE_VECTOR, onData } = {}) {
    this.server = server;
    this.progress = new Progress(writers);
    this.onData = onData;
    this.saved = 0;
    this.updateFrames = 0;
    this.receivedStates = 0;
    /** @type {Buffer[] | undefined} states and updates in the order of their arrival; set it to [] to have them kept */
    this.kept = undefined;
    this.#document = document;
    this.#protocol = protocols[server.protocol];
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    this.#socket = new RawWebSocket({
      host: server.host,
      port: server.port,
      path: server.path.replace('<document>', document),
      onFrame: (buffer, start, end) => this.#receive(buffer, start, end),
    });
    this.opened = this.#socket.opened.then(() => {
      if (server.synchronises) this.#write([...this.#protocol.greeting(document), this.#sync(0, stateVector)]);
      else this.#resolveSynced();
    });
    const keepAlive = this.#protocol.keepAlive(document);
    if (keepAlive === undefined) return;
    const timer = setInterval(() => this.#write([keepAlive]), KEEP_ALIVE_MS).unref();
    this.#socket.closed.then(() => clearInterval(timer));
  }

  /** @param {number} [seconds] @returns {Promise<this>} once the server's answer to our Step1 is here */
  async join(seconds = 20) {
    await this.opened;
    await within(seconds, this.synced, 'the answer to Step1');
    return this;
  }

  get isClosed() {
    return this.#socket.isClosed;
  }

  /** @param {Uint8Array} update @returns {Buffer} one frame, ready for `writeFrames` */
  updateFrame(update) {
    return clientFrame(this.#sync(2, update));
  }

  /** @param {Uint8Array} frames */
  writeFrames(frames) {
    this.#socket.write(frames);
  }

  /** @param {Uint8Array} update */
  sendUpdate(update) {
    this.#socket.write(this.updateFrame(update));
  }

  /**
   * How many of this writer's own updates the server has acknowledged: by the echo, by SyncStatus, or never.
   * @param {number} writer
   * @returns {number}
   */
  acknowledged(writer) {
    if (this.server.acknowledges === 'echo') return this.progress.clocks[writer] + this.progress.deleted;
    if (this.server.acknowledges === 'status') return this.saved - 1;
    return Number.POSITIVE_INFINITY;
  }

  close() {
    return this.#socket.close();
  }

  destroy() {
    this.#socket.destroy();
  }

  #sync(step, bytes) {
    return this.#protocol.syncFrame(this.#document, step, bytes);
  }

  /** @param {Uint8Array[]} payloads */
  #write(payloads) {
    this.#socket.write(Buffer.concat(payloads.map((payload) => clientFrame(payload))));
  }

  #receive(buffer, start, end) {
    const kind = this.#protocol.classify(buffer, start);
    if (kind === 'update') {
      this.updateFrames++;
      this.kept?.push(Buffer.from(buffer.subarray(bodyStart(), end)));
      this.progress.read(buffer, bodyStart());
    } else if (kind === 'saved') this.saved++;
    else if (kind === 'step1') this.#write([this.#sync(1, EMPTY_UPDATE)]);
    else if (kind === 'step2') this.#receiveState(buffer.subarray(bodyStart(), end));
    else if (kind === 'refused') throw new Error('the server refused an update');
    if (this.onData !== undefined) this.onData();
  }

  #receiveState(state) {
    this.receivedStates++;
    this.kept?.push(Buffer.from(state));
    this.progress.read(state, 0);
    this.#resolveSynced();
  }
}

/**
 * @template T
 * @param {number} seconds
 * @param {Promise<T>} promise
 * @param {string} what
 * @returns {Promise<T>}
 */
export async function within(seconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens clients a few at a time: a listen queue is short, and a server that starts is slow.
 * @template T
 * @param {number} count
 * @param {(index: number) => Promise<T>} open
 * @param {number} [concurrency]
 * @returns {Promise<T[]>}
 */
export async function openMany(count, open, concurrency = 20) {
  const opened = new Array(count);
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      opened[index] = await open(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
  return opened;
}

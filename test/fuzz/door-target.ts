import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket-3';
import * as Y from 'yjs';
import { randomFrom } from '../codecs/random-updates.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { codecTargets } from './codec-targets.ts';
import { Finding } from './finding.ts';
import { strangeGrpc } from './grpc-stranger.ts';
import { mutated, type Random } from './mutate.ts';

/** Frames of one socket; then it is closed, or was. */
const FRAMES_A_SOCKET = 2_000;

/** An honest edit gets to its reader within so many milliseconds, whatever strangers do. */
const LATENCY = 20_000;

/** Bytes of resident memory that may be more after strangers have gone: caches, and what the heap does not give back. */
const MAY_GROW = 256 * 1024 * 1024;

/** High enough that no stranger is stopped for what it sends. */
const SETTINGS = {
  LOG_LEVEL: 'info',
  MAX_INVALID_MESSAGES: '1000000000',
  RATE_CONNECTION: '1000000000',
  RATE_USER: '1000000000',
  RATE_ADDRESS: '1000000000',
  RATE_USER_REQUESTS: '1000000000',
  RATE_ADDRESS_REQUESTS: '1000000000',
  ROOM_IDLE_MS: '1000',
};

const DOORS = [
  { codec: 'y-websocket', path: '/ws/fuzzed', isBinary: true },
  { codec: 'hocuspocus', path: '/ws', isBinary: true },
  { codec: 'json', path: '/ws', isBinary: false },
  { codec: 'y-sweet', path: '/d/fuzzed/ws/fuzzed', isBinary: true },
] as const;

/** A real server, strangers that send damaged frames through each door, and an honest pair beside them. */
export class DoorTarget {
  readonly #directory = temporaryDirectory();
  readonly #corpora = new Map(codecTargets().map(({ name, corpus }) => [name, corpus]));
  #server: ServerProcess;
  #before: number;

  private constructor(server: ServerProcess, directory: ReturnType<typeof temporaryDirectory>) {
    this.#server = server;
    this.#directory = directory;
    this.#before = residentBytes(server.pid);
  }

  static async open(): Promise<DoorTarget> {
    const directory = temporaryDirectory();
    const server = await ServerProcess.start({ ...SETTINGS, DATA_DIR: directory.path });
    return new DoorTarget(server, directory);
  }

  /** One socket, or stream, a door. Returns the frames that were sent. @throws Finding */
  async attack(seed: number): Promise<number> {
    const random = randomFrom(seed);
    const messages = this.#corpora.get('grpc') ?? [];
    const stream = strangeGrpc(this.#server.grpcAddress, messages, FRAMES_A_SOCKET, random);
    const sent = await Promise.all([stream, ...DOORS.map((door) => this.#strange(door, random))]);
    await this.#honest();
    const grown = residentBytes(this.#server.pid) - this.#before;
    if (grown > MAY_GROW) throw new Finding('doors', [], `memory has grown by ${grown} bytes (seed ${seed})`);
    return sent.reduce((sum, frames) => sum + frames, 0);
  }

  /** Started anew on what strangers left behind, it serves every document. @throws Finding */
  async close(): Promise<void> {
    await this.#server.kill();
    this.#server = await ServerProcess.start({ ...SETTINGS, DATA_DIR: this.#directory.path });
    await this.#honest('fuzzed');
    await this.#server.kill();
    this.#directory.remove();
  }

  async #strange({ codec, path, isBinary }: (typeof DOORS)[number], random: Random): Promise<number> {
    const corpus = this.#corpora.get(codec) ?? [];
    const socket = new WebSocket(this.#server.wsUrl + path);
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    await Promise.race([once(socket, 'open'), closed]);
    socket.on('message', () => {});
    let sent = 0;
    for (; sent < FRAMES_A_SOCKET && socket.readyState === WebSocket.OPEN; sent++) {
      const frame =
        random(8) === 0 ? (corpus[random(corpus.length)] ?? mutated(corpus, random)) : mutated(corpus, random);
      socket.send(isBinary ? frame : Buffer.from(frame).toString('utf8'));
      if (sent % 200 === 199) await Promise.race([pong(socket), closed]);
    }
    socket.terminate();
    await closed;
    return sent;
  }

  /** Two providers edit a document of their own, or one that strangers wrote to. */
  async #honest(document = 'honest'): Promise<void> {
    const [writer, reader] = [new Y.Doc(), new Y.Doc()];
    const options = { WebSocketPolyfill: WebSocket as never, disableBc: true };
    const providers = [writer, reader].map(
      (doc) => new WebsocketProvider(`${this.#server.wsUrl}/ws`, document, doc, options),
    );
    const mark = randomBytes(8).toString('hex');
    const seen = new Promise<void>((resolve) =>
      reader.getMap('honest').observe((event) => event.keysChanged.has(mark) && resolve()),
    );
    writer.getMap('honest').set(mark, 1);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, LATENCY, 'late');
    });
    const result = await Promise.race([seen, late, this.#server.exit]);
    clearTimeout(timer);
    for (const provider of providers) provider.destroy();
    writer.destroy();
    reader.destroy();
    if (result === undefined) return;
    const what = result === 'late' ? 'an honest edit did not get to its reader' : 'the server ended';
    throw new Finding('doors', [], `${what}:\n${this.#server.output.slice(-4_000)}`);
  }
}

async function pong(socket: WebSocket): Promise<void> {
  socket.ping();
  await once(socket, 'pong');
}

function residentBytes(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

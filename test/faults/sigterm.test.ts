import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { atEnd } from '../support/clean-up.ts';
import { DOOR_NAMES, DOORS, type DoorName } from '../support/doors/doors.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Less than the default, so that the test is short; the doors may not wait one after the other. */
const SHUTDOWN_TIMEOUT = 3_000;

/** ROOM13 allows 15 s where the timeout is its default of 10 s. */
const LONGEST = SHUTDOWN_TIMEOUT + 2_500;

it('[ROOM13] SIGTERM under load: the process ends in time with everything on disk, whatever its clients do', async () => {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const environment = { DATA_DIR: directory.path, SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_TIMEOUT) };
  const server = await ServerProcess.start(environment);
  atEnd(() => server.kill());
  const documents = ['a', 'b'];
  const writers = await Promise.all(
    documents.flatMap((document) => DOOR_NAMES.map((door) => StubbornWriter.open(server, door, document))),
  );
  await Promise.all([idleSocket(server.httpUrl), idleSocket(`http://${server.grpcAddress}`), deafWebSocket(server)]);
  await Promise.all([idleHttp2(server), halfARequest(server)]);
  await Promise.all(writers.map((writer) => writer.reached(20)));

  const started = performance.now();
  server.signal('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - started).toBeLessThan(LONGEST);

  await Promise.all(writers.map((writer) => writer.closed));
  const again = await ServerProcess.start(environment);
  atEnd(() => again.kill());
  for (const document of documents) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, (await DOORS.JSON(again, document, {})).initial);
    for (const writer of writers.filter((each) => each.document === document)) {
      expect(doc.getArray(writer.name).length).toBeGreaterThanOrEqual(writer.acknowledged);
    }
  }
}, 60_000);

/** Writes on and on, and takes no hint to go. */
class StubbornWriter {
  readonly document: string;
  readonly name: string;
  acknowledged = 0;
  closed: Promise<unknown> = Promise.resolve();
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor(document: string, name: string) {
    this.document = document;
    this.name = name;
  }

  static async open(server: ServerProcess, door: DoorName, document: string): Promise<StubbornWriter> {
    const writer = new StubbornWriter(document, `${door} in ${document}`);
    const doc = new Y.Doc();
    const write = () => doc.getArray(writer.name).push([writer.acknowledged]);
    const client = await DOORS[door](server, document, {
      acknowledged: () => {
        writer.#count();
        write();
      },
    });
    doc.on('update', (update: Uint8Array) => client.send(update));
    writer.closed = client.closed;
    for (let inFlight = 0; inFlight < 10; inFlight++) write();
    return writer;
  }

  reached(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  #count(): void {
    this.acknowledged++;
    for (const { count, resolve } of this.#waiting) if (this.acknowledged >= count) resolve();
  }
}

/** A connection on which nothing is ever said. */
async function idleSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  atEnd(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** A WebSocket that reads all and never answers, a close neither; then one that does not even read. */
async function deafWebSocket(server: ServerProcess): Promise<void> {
  for (const habit of ['reads', 'does not read']) {
    const socket = await idleSocket(server.httpUrl);
    const key = randomBytes(16).toString('base64');
    const head = ['GET /ws/a HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    socket.write(`${[...head, 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`].join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    if (habit === 'reads') socket.resume();
    else socket.pause();
  }
}

/** An HTTP/2 connection to the gRPC door without a call. */
async function idleHttp2(server: ServerProcess): Promise<void> {
  const session = connectHttp2(`http://${server.grpcAddress}`);
  session.on('error', () => undefined);
  atEnd(() => session.destroy());
  await once(session, 'remoteSettings');
}

/** A request whose end never comes. */
async function halfARequest(server: ServerProcess): Promise<void> {
  const socket = await idleSocket(server.httpUrl);
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n');
}

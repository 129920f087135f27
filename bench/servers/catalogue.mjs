import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Server
 * @property {string} id
 * @property {string} title
 * @property {'ours' | 'peer' | 'relay' | 'limit'} role what the ratios make of it
 * @property {'y-websocket' | 'hocuspocus'} protocol
 * @property {string} path of the WebSocket, with `<document>` where the name goes
 * @property {boolean} synchronises answers Step1; a relay does not
 * @property {boolean} keeps opens again, after a restart, what it had; else its documents live and die in memory
 * @property {'echo' | 'status' | 'never'} acknowledges how a writer learns that its update has arrived
 * @property {string} note what it does and does not do, for the report
 * @property {(port: number, otherPort: number, directory: string) => { entry: string, env: Record<string, string> }} start
 */

/** @typedef {Server & { host: string, port: number, otherPort: number, pid: number }} RunningServer what the load process is given; `otherPort` is ours for gRPC */

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);

/** better-sqlite3 is a native module whose install may have failed or been forbidden; then Hocuspocus runs in memory. */
const hasSqlite = (() => {
  try {
    const Database = require('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
})();

/** @type {Server[]} */
export const servers = [
  {
    id: 'ours',
    title: 'this server',
    role: 'ours',
    protocol: 'y-websocket',
    path: '/ws/<document>',
    synchronises: true,
    keeps: true,
    acknowledges: 'echo',
    note: 'durable: an update is echoed to its sender once it is on disk (fsync)',
    start: (port, otherPort, directory) => ({
      entry: file('../../dist/main.js'),
      env: {
        HTTP_ADDR: `127.0.0.1:${port}`,
        GRPC_ADDR: `127.0.0.1:${otherPort}`,
        DATA_DIR: directory,
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
      },
    }),
  },
  {
    id: 'hocuspocus',
    title: `hocuspocus 4.7${hasSqlite ? ' + SQLite' : ' in memory'}`,
    role: 'peer',
    protocol: 'hocuspocus',
    path: '/',
    synchronises: true,
    keeps: hasSqlite,
    acknowledges: 'status',
    note: hasSqlite
      ? 'not durable: SyncStatus means "in memory"; stores the whole document 2 s (at most 10 s) later'
      : 'not durable: in memory only, as better-sqlite3 did not install here',
    start: (port, _otherPort, directory) => ({
      entry: file('./hocuspocus.mjs'),
      env: { PORT: String(port), DATABASE: hasSqlite ? `${directory}/hocuspocus.sqlite` : '' },
    }),
  },
  {
    id: 'y-websocket',
    title: 'y-websocket-server 0.1.5',
    role: 'peer',
    protocol: 'y-websocket',
    path: '/<document>',
    synchronises: true,
    keeps: false,
    acknowledges: 'echo',
    note: 'not durable: in memory only, as it comes',
    start: (port) => ({
      entry: file('../node_modules/@y/websocket-server/src/server.js'),
      env: { PORT: String(port), HOST: '127.0.0.1' },
    }),
  },
  {
    id: 'relay',
    title: 'bare ws relay',
    role: 'relay',
    protocol: 'y-websocket',
    path: '/<document>',
    synchronises: false,
    keeps: false,
    acknowledges: 'never',
    note: 'no CRDT, no store, no answer: one `ws.send` per message and other client of the document',
    start: (port) => ({ entry: file('./relay.mjs'), env: { PORT: String(port), MODE: 'each' } }),
  },
  {
    id: 'batching-relay',
    title: 'relay, one write a tick',
    role: 'limit',
    protocol: 'y-websocket',
    path: '/<document>',
    synchronises: false,
    keeps: false,
    acknowledges: 'never',
    note: 'the limit: as the relay, but all frames of a tick in one buffer and one `socket.write` per client',
    start: (port) => ({ entry: file('./relay.mjs'), env: { PORT: String(port), MODE: 'tick' } }),
  },
  {
    id: 'least',
    title: 'the least durable server',
    role: 'limit',
    protocol: 'y-websocket',
    path: '/<document>',
    synchronises: true,
    keeps: false,
    acknowledges: 'echo',
    note: 'a limit: integrates, appends to one file (O_DSYNC, every 20 ms), passes on, echoes; checks, bounds and reopens nothing',
    start: (port, _otherPort, directory) => ({
      entry: file('./least.mjs'),
      env: { PORT: String(port), LOG_FILE: `${directory}/log`, WINDOW_MS: '3' },
    }),
  },
];

/** @param {Server} server @returns {boolean} */
export const isInstalled = (server) => existsSync(server.start(0, 0, '').entry);

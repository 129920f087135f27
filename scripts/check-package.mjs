/** Packs the packages, installs them in an empty folder, and uses them as a new user would. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'packed-'));

/** @param {string} command @param {string[]} args */
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @param {string} url @param {number} deadline */
async function fetchOnceUp(url, deadline) {
  for (;;) {
    try {
      return await fetch(url);
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`${url} does not answer`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** @param {boolean} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(`The packed package fails: ${what}`);
  console.log(`ok: ${what}`);
}

/** @param {string[]} which @returns {string} the name of the packed file */
function pack(...which) {
  const args = ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder, ...which];
  const [{ filename }] = JSON.parse(run('npm', args, root));
  return filename;
}

/** @param {number} http @param {number} grpc what a program with both providers prints */
const clientProgram = (http, grpc) => `
  import { WebSocketProvider } from '@yjs-collaboration/client';
  import { GrpcProvider } from '@yjs-collaboration/client/grpc';
  import { WebSocket } from 'ws';
  import * as Y from 'yjs';
  const options = { document: 'packed', doc: new Y.Doc() };
  const browser = new WebSocketProvider({ ...options, url: 'ws://127.0.0.1:${http}/ws', WebSocket });
  browser.doc.getText('t').insert(0, 'from the package');
  await browser.whenSaved();
  browser.destroy();
  const bot = new GrpcProvider({ ...options, doc: new Y.Doc(), url: '127.0.0.1:${grpc}' });
  await bot.whenSynced;
  console.log(bot.doc.getText('t').toString());
  bot.destroy();
`;

try {
  const [server, client] = [pack(), pack('--workspace', 'client')];
  run('npm', ['init', '-y']);
  run('npm', ['install', '--omit=dev', '--ignore-scripts', `./${server}`]);
  check(/^\d+\.\d+\.\d+\n$/.test(run('npx', ['yjs-collaboration-server', '--version'])), '--version prints a version');
  check(run('npx', ['yjs-collaboration-server', '--help']).includes('DATA_DIR'), '--help names the configuration');
  const [http, grpc] = [await freePort(), await freePort()];
  const env = { ...process.env, HTTP_ADDR: `127.0.0.1:${http}`, GRPC_ADDR: `127.0.0.1:${grpc}` };
  const child = spawn(process.execPath, [join(folder, 'node_modules/yjs-collaboration-server/dist/main.js')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const health = await fetchOnceUp(`http://127.0.0.1:${http}/`, Date.now() + 20_000);
    check(health.status === 200, 'GET / answers');
    const page = await fetch(`http://127.0.0.1:${http}/demo/`);
    check(page.status === 200 && (await page.text()).includes('<script'), '/demo is served');
    run('npm', ['install', '--ignore-scripts', `./${client}`, 'yjs', 'ws', '@grpc/grpc-js', '@grpc/proto-loader']);
    const printed = run(process.execPath, ['--input-type=module', '--eval', clientProgram(http, grpc)]);
    check(printed === 'from the package\n', 'the packed client saves over WebSocket and reads over gRPC');
    child.kill('SIGTERM');
    check((await exited) === 0, 'SIGTERM ends it with 0');
  } finally {
    child.kill('SIGKILL');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

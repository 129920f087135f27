/** Packs the package, installs it in an empty folder, and uses it as a new user would. */
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

try {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder], root),
  );
  run('npm', ['init', '-y']);
  run('npm', ['install', '--omit=dev', '--ignore-scripts', `./${filename}`]);
  check(/^\d+\.\d+\.\d+\n$/.test(run('npx', ['yjs-collaboration-server', '--version'])), '--version prints a version');
  check(run('npx', ['yjs-collaboration-server', '--help']).includes('DATA_DIR'), '--help names the configuration');
  const [http, grpc] = [await freePort(), await freePort()];
  const env = { ...process.env, HTTP_ADDR: `127.0.0.1:${http}`, GRPC_ADDR: `127.0.0.1:${grpc}` };
  const server = spawn(process.execPath, [join(folder, 'node_modules/yjs-collaboration-server/dist/main.js')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    const health = await fetchOnceUp(`http://127.0.0.1:${http}/`, Date.now() + 20_000);
    check(health.status === 200, 'GET / answers');
    const page = await fetch(`http://127.0.0.1:${http}/demo/`);
    check(page.status === 200 && (await page.text()).includes('<script'), '/demo is served');
    server.kill('SIGTERM');
    check((await exited) === 0, 'SIGTERM ends it with 0');
  } finally {
    server.kill('SIGKILL');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

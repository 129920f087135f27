import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { bootstrap } from '../../src/application/runtime/bootstrap.ts';
import { KEYS, type KeyName } from '../../src/application/runtime/config/keys.ts';
import { ConfigError, type Environment, loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { VERSION } from '../../src/application/runtime/package-root.ts';
import { atEnd } from '../support/clean-up.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NAMES = Object.keys(KEYS) as KeyName[];

function yamlFile(content: string): string {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const file = join(directory.path, 'config.yaml');
  writeFileSync(file, content);
  return file;
}

/** Lines of the fault, one each. */
function faults(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message.split('\n');
    throw thrown;
  }
  return [];
}

/** Runs the command line and says what it ended with and wrote. */
async function run(args: readonly string[], environment: Environment = {}) {
  const written = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  try {
    const code = await bootstrap(environment, ['node', 'main.js', ...args]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('defaults, file and environment', () => {
  it('[CFG1] every key has a default that is allowed', () => {
    const settings = loadConfig({});
    expect(Object.keys(settings)).toEqual(NAMES);
    expect(settings).toMatchObject({
      HTTP_ADDR: { host: '::', port: 8080 },
      GRPC_ADDR: { host: '::', port: 8081 },
      ENABLE_HTTP: true,
      LOG_LEVEL: 'info',
      DATA_DIR: './data',
      STORE_URL: '',
      TRACE_USER: undefined,
    });
  });

  it('[CFG1] the file wins over the default, the environment over both', () => {
    const CONFIG_FILE = yamlFile('LOG_LEVEL: warn\nMAX_NAME_LENGTH: 10\nENABLE_GRPC: false\nDATA_DIR:\n');
    expect(loadConfig({ CONFIG_FILE, LOG_LEVEL: 'error' })).toMatchObject({
      LOG_LEVEL: 'error',
      MAX_NAME_LENGTH: 10,
      ENABLE_GRPC: false,
      DATA_DIR: './data',
    });
  });

  it('[CFG1] an empty file, a file of comments and no file are the same', () => {
    for (const content of ['', '# nothing\n', '---\n'])
      expect(loadConfig({ CONFIG_FILE: yamlFile(content) })).toEqual(loadConfig({}));
    expect(loadConfig({ CONFIG_FILE: '' })).toEqual(loadConfig({}));
  });

  it('[CFG1] values may be written as text, number or truth value, with space around them', () => {
    const CONFIG_FILE = yamlFile('MAX_NAME_LENGTH: "12"\nENABLE_HTTP: "FALSE"\nHTTP_ADDR: " localhost:0 "\n');
    expect(loadConfig({ CONFIG_FILE, ENABLE_GRPC: ' True ', MAX_GAP_UPDATES: ' 7 ' })).toMatchObject({
      MAX_NAME_LENGTH: 12,
      ENABLE_HTTP: false,
      ENABLE_GRPC: true,
      MAX_GAP_UPDATES: 7,
      HTTP_ADDR: { host: 'localhost', port: 0 },
    });
  });

  it.each([
    ['[::1]:80', { host: '::1', port: 80 }],
    ['127.0.0.1:65535', { host: '127.0.0.1', port: 65_535 }],
    ['example.org:0', { host: 'example.org', port: 0 }],
  ])('[CFG1] %s is an address', (HTTP_ADDR, address) => {
    expect(loadConfig({ HTTP_ADDR }).HTTP_ADDR).toEqual(address);
  });
});

const WRONG: readonly (readonly [KeyName, readonly string[]])[] = [
  ['HTTP_ADDR', ['8080', ':8080', '[::]', 'host:', 'host:65536', 'host:x', '::1:80', 'a b:80', '']],
  ['ENABLE_HTTP', ['yes', '1', '']],
  ['LOG_LEVEL', ['trace', 'INFO', '']],
  ['TRACE_USER', ['a\u0007b', 'x'.repeat(257)]],
  ['DATA_DIR', ['', '  ']],
  ['STORE_TABLE_PREFIX', ['', 'a-b', '1a', 'x'.repeat(31), 'a;DROP']],
  ['AUTH_JWKS_URL', ['id.example/keys', 'file:///etc/keys', 'javascript:1']],
  ['AUTH_ANONYMOUS', ['all', '']],
  ['MAX_TOKEN_BYTES', ['63', '65537']],
  ['COMMIT_WINDOW_MS', ['-1', '1001', '1.5', '4ms', '']],
  ['STORE_RETRY_BYTES', ['1023', '1073741825', '0x400', '1e4']],
  ['PING_INTERVAL_MS', ['9', '86400001', 'NaN']],
  ['MAX_GAP_UPDATES', ['0', '1000000001', 'Infinity']],
];

describe('wrong values', () => {
  it.each(WRONG)('[CFG2] %s: one line that names the key, the value and what is allowed', (name, values) => {
    for (const value of values) {
      expect(faults({ [name]: value })).toEqual([
        `${name}=${JSON.stringify(value)} is not allowed: it must be ${KEYS[name].allowed}.`,
      ]);
    }
  });

  it.each([
    'memory',
    'mysql://app:hunter2@host',
    'postgres://app:hunter2@host/',
    'oracle://app:hunter2@host/app',
    'postgres://app:hunter2@host:port/app',
  ])('[CFG2] [SQL9] %s is no store, and is not shown, for it may hold a password', (STORE_URL) => {
    const [fault] = faults({ STORE_URL });
    expect(fault).toBe(`STORE_URL=(not shown) is not allowed: it must be ${KEYS.STORE_URL.allowed}.`);
  });

  it('[CFG1] [SQL9] the URL of a database may stand in the file', () => {
    const url = 'postgres://app:hunter2@host:5432/app?sslmode=require';
    expect(loadConfig({ CONFIG_FILE: yamlFile(`STORE_URL: ${url}\n`) }).STORE_URL).toBe(url);
  });

  it('[CFG2] the same in the file, where values may be of any kind', () => {
    const CONFIG_FILE = yamlFile('MAX_NAME_LENGTH: 1.5\nENABLE_HTTP: [true]\nDATA_DIR: {a: 1}\nHTTP_ADDR: 8080\n');
    expect(faults({ CONFIG_FILE }).toSorted()).toEqual([
      `DATA_DIR={"a":1} is not allowed: it must be ${KEYS.DATA_DIR.allowed}.`,
      `ENABLE_HTTP=[true] is not allowed: it must be ${KEYS.ENABLE_HTTP.allowed}.`,
      `HTTP_ADDR=8080 is not allowed: it must be ${KEYS.HTTP_ADDR.allowed}.`,
      `MAX_NAME_LENGTH=1.5 is not allowed: it must be ${KEYS.MAX_NAME_LENGTH.allowed}.`,
    ]);
  });

  it.each(['AUTH_SECRET', 'AUTH_WEBHOOK_SECRET'] as const)(
    '[CFG2] [AUTH18] a wrong %s is named and not shown',
    (name) => {
      expect(faults({ [name]: 'too-short' })).toEqual([
        `${name}=(not shown) is not allowed: it must be ${KEYS[name].allowed}.`,
      ]);
      expect(faults({ CONFIG_FILE: yamlFile(`${name}: 1234567890123456789012345678901234567890\n`) })).toHaveLength(1);
      expect(loadConfig({ [name]: 'x'.repeat(32) })[name]).toBe('x'.repeat(32));
      expect(loadConfig({ [name]: '' })[name]).toBeUndefined();
    },
  );

  it('[CFG2] every fault gets its line: unknown keys and wrong values together', () => {
    const CONFIG_FILE = yamlFile('HTTP_PORT: 80\nconstructor: 1\nLOG_LEVEL: loud\n');
    expect(faults({ CONFIG_FILE, MAX_GAP_UPDATES: 'many' })).toEqual([
      `CONFIG_FILE=${JSON.stringify(CONFIG_FILE)} has the unknown key "HTTP_PORT".`,
      `CONFIG_FILE=${JSON.stringify(CONFIG_FILE)} has the unknown key "constructor".`,
      expect.stringMatching(/^LOG_LEVEL="loud" is not allowed/),
      expect.stringMatching(/^MAX_GAP_UPDATES="many" is not allowed/),
    ]);
  });

  it.each([
    ['a list', '- HTTP_ADDR\n'],
    ['a text', 'HTTP_ADDR\n'],
    ['no YAML', 'HTTP_ADDR: [\n'],
    ['a key twice', 'LOG_LEVEL: info\nLOG_LEVEL: warn\n'],
  ])('[CFG2] a file that holds %s is one line', (_name, content) => {
    const CONFIG_FILE = yamlFile(content);
    const lines = faults({ CONFIG_FILE });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`CONFIG_FILE=${JSON.stringify(CONFIG_FILE)}`);
  });

  it('[CFG2] a file that is not there is one line', () => {
    expect(faults({ CONFIG_FILE: '/nowhere/config.yaml' })).toEqual([
      expect.stringMatching(/^CONFIG_FILE="\/nowhere\/config.yaml" cannot be read: ENOENT/),
    ]);
  });

  it('[CFG2] the environment may hold whatever else', () => {
    expect(faults({ PATH: '/bin', HTTP_PORT: '80' })).toEqual([]);
  });
});

describe('the command line', () => {
  it('[CFG2] wrong values end with exit code 2 and their lines on standard error', async () => {
    const { code, stdout, stderr } = await run([], { LOG_LEVEL: 'loud', ENABLE_GRPC: 'maybe' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n')).toEqual(faults({ LOG_LEVEL: 'loud', ENABLE_GRPC: 'maybe' }));
    expect((await run(['serve'], { CONFIG_FILE: '/nowhere/config.yaml' })).code).toBe(2);
  });

  it.each(['--help', '-h'])(
    '[CFG3] %s names every key with what it is, what is allowed and its default',
    async (flag) => {
      const { code, stdout, stderr } = await run([flag]);
      expect([code, stderr]).toEqual([0, '']);
      for (const name of NAMES) {
        const { about, allowed, fallback } = KEYS[name];
        expect(stdout).toContain(`  ${name}\n      ${about}\n      ${allowed}; default: ${fallback || '(empty)'}\n`);
      }
    },
  );

  it.each(['--version', '-v'])('[CFG3] %s prints the version', async (flag) => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(await run([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--port']], [['start']], [['serve', 'now']]])('[CFG3] %j ends with exit code 2', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`Unknown argument: ${JSON.stringify(args.at(-1))}. Try --help.\n`);
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '../../src/application/runtime/config/keys.ts';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { ServerProcess } from '../support/server-process.ts';
import { blocksOf, headingLevels, markedBlock, namedPaths, relativeTargets, tableRows } from './support/markdown.ts';
import { type Replacements, runSnippet } from './support/run-snippet.ts';

const READMES = ['README.md', 'README_zh.md'] as const;
const DOCUMENTS = [
  ...READMES,
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/architecture.md',
  'docs/authentication.md',
  'docs/limits.md',
  'docs/performance.md',
  'client/README.md',
  'examples/README.md',
] as const;

const [english, chinese] = READMES.map(read) as [string, string];

function read(name: string): string {
  return readFileSync(join(PACKAGE_ROOT, name), 'utf8');
}

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  const parent = join(PACKAGE_ROOT, 'tmp');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'readme-'));
  server = await ServerProcess.start({ DATA_DIR: join(folder, 'data') });
});

afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function storedIn(dataDirectory: string, documentId: string) {
  const log = await EmbeddedUpdateLog.open(dataDirectory);
  try {
    return await log.load(DocumentId.parse(documentId));
  } finally {
    await log.close();
  }
}

describe.each(READMES)('%s', { timeout: 60_000 }, (name) => {
  const readme = read(name);

  function run(snippet: string, replacements: Replacements, ends: 'by itself' | 'when it has printed all') {
    const prints = markedBlock(readme, 'prints', snippet);
    return runSnippet({ code: markedBlock(readme, 'run', snippet), folder, name: snippet, replacements, prints, ends });
  }

  function printed(snippet: string) {
    return { code: 0, printed: markedBlock(readme, 'prints', snippet), complaints: '' };
  }

  it('[DOCS1] the JSON client and the gRPC client edit one document; the copy of the running store has it', async () => {
    const own = { 'guide/hello': name };
    const { host } = new URL(server.httpUrl);
    expect(await run('json', { ...own, 'localhost:8080': host }, 'by itself')).toEqual(printed('json'));
    expect(await run('grpc', { ...own, 'localhost:8081': server.grpcAddress }, 'by itself')).toEqual(printed('grpc'));
    const copy = join(folder, `backup-${name}`);
    const paths = { 'data/': `${join(folder, 'data')}/`, 'backup/': `${copy}/` };
    expect(await run('backup', paths, 'by itself')).toEqual(printed('backup'));
    expect(await storedIn(copy, name)).toMatchObject({ sequence: 2 });
  });

  it('[DOCS1] the provider connects and comes in sync', async () => {
    const replacements = { 'localhost:8080': new URL(server.httpUrl).host, "'y-websocket'": "'y-websocket-3'" };
    const { printed: lines, complaints } = await run('provider', replacements, 'when it has printed all');
    expect({ lines, complaints }).toEqual({ lines: printed('provider').printed, complaints: '' });
  });

  it('[DOCS1] the Hocuspocus provider connects, comes in sync and learns what is on disk', async () => {
    const { host } = new URL(server.httpUrl);
    const replacements = { 'localhost:8080': host, "'@hocuspocus/provider'": "'hocuspocus-provider-4'" };
    const { printed: lines, complaints } = await run('hocuspocus', replacements, 'when it has printed all');
    expect({ lines, complaints }).toEqual({ lines: printed('hocuspocus').printed, complaints: '' });
  });

  it('[DOCS1] the configuration file is accepted', () => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, markedBlock(readme, 'run', 'config'));
    expect(loadConfig({ CONFIG_FILE: file }).LOG_LEVEL).toBe('warn');
  });

  it('[DOCS2] the table has every key in order, with its default and every number that is allowed', () => {
    const rows = tableRows(readme).filter(([key = '']) => /^`[A-Z]+(_[A-Z]+)+`$/.test(key));
    expect(rows.map(([key, fallback]) => [key, fallback?.replace(/^[(（](empty|空)[)）]$/, '')])).toEqual(
      Object.entries(KEYS).map(([key, { fallback }]) => [`\`${key}\``, fallback === '' ? '' : `\`${fallback}\``]),
    );
    expect(rows.map(([, , , allowed = '']) => allowed.match(/\d+/g))).toEqual(
      Object.values(KEYS).map(({ allowed }) => allowed.match(/\d+/g)),
    );
  });
});

it('[DOCS2] the English table says what --help says', () => {
  const rows = tableRows(english).filter(([key = '']) => key.slice(1, -1) in KEYS);
  expect(rows.map(([, , about, allowed]) => ({ about, allowed }))).toEqual(
    Object.values(KEYS).map(({ about, allowed }) => ({ about, allowed })),
  );
});

it.each(DOCUMENTS)('[DOCS3] whatever %s points to exists', (name) => {
  const text = read(name);
  const targets = relativeTargets(text).map((target) => join(dirname(name), target));
  const missing = [...targets, ...namedPaths(text)].filter((path) => !existsSync(join(PACKAGE_ROOT, path)));
  expect(missing).toEqual([]);
});

it('[DOCS3] the READMEs show the demo page and the benchmark', () => {
  for (const picture of ['](docs/demo.png)', '](docs/benchmark.svg)'])
    for (const readme of [english, chinese]) expect(readme).toContain(picture);
});

it('[DOCS4] both READMEs have the same outline, the same code and the same links', () => {
  expect(headingLevels(chinese)).toEqual(headingLevels(english));
  expect(blocksOf(chinese)).toEqual(blocksOf(english));
  const between = (readme: string) => relativeTargets(readme).filter((target) => !target.startsWith('README'));
  expect(between(chinese)).toEqual(between(english));
  expect(tableRows(chinese).map((row) => row.length)).toEqual(tableRows(english).map((row) => row.length));
});

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import ts from 'typescript';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launch } from '../browser/chromium.ts';
import { markedBlock } from '../docs/support/markdown.ts';
import { runSnippet } from '../docs/support/run-snippet.ts';
import { atEnd } from '../support/clean-up.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { Client } from './support/scene.ts';

const readme = readFileSync(join(PACKAGE_ROOT, 'client/README.md'), 'utf8');
const executable = findChromium();
const required = process.env.CI === 'true';

let folder: string;

beforeAll(() => {
  // Inside the project, so that bare imports resolve.
  const parent = join(PACKAGE_ROOT, 'tmp');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'client-readme-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(): Promise<RunningServer> {
  const server = await startServer();
  atEnd(() => server.stop());
  return server;
}

/** Serves a page with one script. A real server: the browser lets only pages of this machine connect to the loopback. */
async function serve(script: string): Promise<string> {
  const site = createServer(({ url }, response) => {
    const isScript = url === '/app.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<div id="editor"></div><script type="module" src="/app.js"></script>');
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  atEnd(() => site.close());
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
}

function snippet(name: string, from: string, to: string): string {
  const code = markedBlock(readme, 'run', name);
  if (!code.includes(from)) throw new Error(`The snippet ${name} does not hold ${from}.`);
  return code.replace(from, to);
}

describe.skipIf(!executable && !required)('the editors of the README', { timeout: 60_000 }, () => {
  let browser: Browser;

  beforeAll(async () => {
    if (!executable) throw new Error('CI needs Chromium on the PATH');
    browser = await launch(executable);
  });

  afterAll(() => browser?.close());

  /** Bundles the snippet as an app's build would, and opens it as a page. */
  async function openPage(name: string, server: RunningServer): Promise<Page> {
    const entry = join(folder, `${name}.ts`);
    writeFileSync(entry, snippet(name, 'ws://localhost:8080', server.wsUrl));
    const output = await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      build: { write: false, target: 'esnext', rollupOptions: { input: entry } },
    });
    const [bundle] = Array.isArray(output) ? output : [output];
    const chunk = bundle !== undefined && 'output' in bundle ? bundle.output[0].code : '';
    const page = await browser.newPage();
    atEnd(() => page.close());
    await page.goto(await serve(chunk));
    return page;
  }

  it.each([
    ['tiptap', 'team/notes', 'Ada'],
    ['codemirror', 'team/code', 'Bob'],
  ])('[SDK16] %s: what is typed is saved, and its author is seen', async (name, document, author) => {
    const server = await start();
    const reader = await Client.synced('WebSocketProvider', server, { document });
    const page = await openPage(name, server);
    await page.locator('[contenteditable=true]').click();
    await page.keyboard.type('typed');
    await page.waitForFunction('document.title === "Saved"');
    await reader.until('what was typed', () => {
      const { doc } = reader;
      return `${doc.getText('code')}${doc.getXmlFragment('default')}`.includes('typed');
    });
    const states = [...reader.provider.awareness.getStates().values()];
    expect(states.map(({ user }) => user?.name)).toContain(author);
  });
});

it('[SDK16] the Node program prints what stands below it', { timeout: 60_000 }, async () => {
  const server = await start();
  const code = markedBlock(readme, 'run', 'node').replace(/<string>/, '');
  const prints = markedBlock(readme, 'prints', 'node');
  const replacements = { 'localhost:8081': server.grpcAddress };
  const run = await runSnippet({ code, folder, name: 'node', replacements, prints, ends: 'by itself' });
  expect(run).toEqual({ code: 0, printed: prints, complaints: '' });
});

it('[SDK16] every program is correct TypeScript, by the types that the package ships', { timeout: 60_000 }, () => {
  const names = ['tiptap', 'codemirror', 'node'];
  const files = names.map((name) => {
    const file = join(folder, `types-${name}.ts`);
    writeFileSync(file, markedBlock(readme, 'run', name));
    return file;
  });
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    typeRoots: [join(PACKAGE_ROOT, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  expect(faults).toEqual([]);
});

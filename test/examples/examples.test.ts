import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextAnswer } from '../../examples/node-bot/sums.mjs';
import { findChromium, launch } from '../browser/chromium.ts';
import { Client } from '../client/support/scene.ts';
import { atEnd } from '../support/clean-up.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ExampleProgram } from './program.ts';

const executable = findChromium();
const required = process.env.CI === 'true';

async function start(): Promise<RunningServer> {
  const server = await startServer();
  atEnd(() => server.stop());
  return server;
}

/** @returns the address that Vite prints */
async function serve(name: string, server: RunningServer): Promise<string> {
  const program = new ExampleProgram(name, ['--host', '127.0.0.1', '--port', '0'], {
    COLLABORATION_SERVER: server.httpUrl,
  });
  const [address] = await program.printed(/http:\/\/127\.0\.0\.1:\d+\//);
  return address;
}

describe.skipIf(!executable && !required)('the editors', { timeout: 60_000 }, () => {
  let browser: Browser;

  beforeAll(async () => {
    if (!executable) throw new Error('CI needs Chromium on the PATH');
    browser = await launch(executable);
  });

  afterAll(() => browser?.close());

  async function visit(address: string, name: string): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext();
    atEnd(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${address}?name=${name}`);
    await page.locator('[contenteditable=true]').waitFor();
    return { page, complaints };
  }

  it.each([
    ['tiptap', '.collaboration-carets__label'],
    ['codemirror', '.cm-ySelectionInfo'],
  ])('[EX1] %s: two people write, see each other, and all is saved', async (name, caret) => {
    const server = await start();
    const address = await serve(name, server);
    const ada = await visit(address, 'Ada');
    const bob = await visit(address, 'Bob');
    await ada.page.locator('[contenteditable=true]').click();
    await ada.page.keyboard.type('Written by Ada');
    await bob.page.getByText('Written by Ada').waitFor();
    for (const { page } of [ada, bob]) {
      await page.locator('#saved').getByText('Saved', { exact: true }).waitFor();
      for (const each of ['Ada', 'Bob']) await page.locator('#people').getByText(each, { exact: true }).waitFor();
    }
    await bob.page.locator(caret).getByText('Ada').waitFor({ state: 'attached' });
    if (process.env.SCREENSHOTS !== undefined) {
      await bob.page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
    }
    await server.stop();
    await ada.page.keyboard.type('!');
    await ada.page.locator('#saved').getByText('Offline').waitFor();
    expect([...ada.complaints, ...bob.complaints]).toEqual([]);
  });
});

describe('the bot', { timeout: 60_000 }, () => {
  it('[EX2] writes the result behind a sum, shows where it is, and saves before it goes', async () => {
    const server = await start();
    const person = await Client.synced('WebSocketProvider', server, { document: 'examples/code' });
    const code = person.doc.getText('code');
    code.insert(0, '6 * 7 =\nrest');
    const bot = new ExampleProgram('node-bot', ['examples/code', server.grpcAddress]);
    await bot.printed(/Calculating in examples\/code\n/);
    await person.until('the result', () => code.toString() === '6 * 7 = 42\nrest');
    code.insert(0, '1 + 1 =\n');
    await person.until('the second result', () => code.toString() === '1 + 1 = 2\n6 * 7 = 42\nrest');
    const bots = () =>
      [...person.provider.awareness.getStates().values()].filter(({ user }) => user?.name === 'Calculator');
    await person.until('its cursor', () => bots().some(({ cursor }) => cursor !== undefined));
    bot.signal('SIGTERM');
    await bot.exit;
    await person.until('its leaving', () => bots().length === 0);
  });

  it.each([
    ['no sum', undefined],
    ['1 + 1', undefined],
    ['1 + 1 =', { at: 7, answer: ' 2' }],
    ['x\n2*3=  \ny', { at: 6, answer: ' 6' }],
    ['1 + 1 = 2', undefined],
    ['-1 - 2 =', { at: 8, answer: ' -3' }],
    ['9 / 2 =', { at: 7, answer: ' 4.5' }],
  ])('[EX2] finds the sum in %j', (text, answer) => {
    expect(nextAnswer(text)).toEqual(answer);
  });
});

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launch } from './chromium.ts';
import { DemoWindow } from './demo-window.ts';
import { ServerProcess } from './server-process.ts';

const executable = findChromium();
const required = process.env.CI === 'true';
if (!executable && !required) console.log('no Chromium on the PATH: the demo page is not tested');

describe.skipIf(!executable && !required)('the demo page', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    if (!executable) throw new Error('CI needs Chromium on the PATH');
    server = await ServerProcess.create();
    await server.start();
    browser = await launch(executable);
  });

  afterEach(async () => {
    server?.thaw();
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.destroy();
  });

  async function visit(address: string): Promise<DemoWindow> {
    return DemoWindow.open(await browser.newContext(), address);
  }

  const addressOf = (document: string) => `${server.url}/demo/?document=${document}`;

  it('[WEB3] [WEB2] converges while two type at once, one reloads and the server is killed', async () => {
    const ada = await visit(addressOf('team/notes'));
    const bob = await visit(addressOf('team/notes'));
    await ada.editor.click();
    await ada.type('Ada:\nBob:');
    await expect.poll(() => bob.paragraphs()).toEqual(['Ada:', 'Bob:']);

    await Promise.all([ada.goTo(0), bob.goTo(1)]);
    await Promise.all([ada.type(' the quick brown fox'), bob.type(' jumps over the lazy dog')]);
    const first = ['Ada: the quick brown fox', 'Bob: jumps over the lazy dog'];
    for (const window of [ada, bob]) await expect.poll(() => window.paragraphs()).toEqual(first);
    await Promise.all([ada.saved('saved'), bob.saved('saved')]);
    await bob.reload();
    await expect.poll(() => bob.paragraphs()).toEqual(first);

    await server.kill();
    await Promise.all([ada.connection('disconnected'), bob.connection('disconnected')]);
    await bob.goTo(1);
    await Promise.all([ada.type(', offline'), bob.type(', too')]);
    await Promise.all([ada.saved('offline'), bob.saved('offline')]);
    await server.start();

    const last = ['Ada: the quick brown fox, offline', 'Bob: jumps over the lazy dog, too'];
    await Promise.all([ada.saved('saved'), bob.saved('saved')]);
    for (const window of [ada, bob]) await expect.poll(() => window.paragraphs()).toEqual(last);
    await ada.page.close();
    await bob.page.close();
    const late = await visit(addressOf('team/notes'));
    await expect.poll(() => late.paragraphs()).toEqual(last);
  });

  it('[WEB1] [WEB2] says "Saving…" until the server has answered, asks before leaving, and what is "Saved" outlives its death', async () => {
    const ada = await visit(addressOf('saved'));
    await ada.saved('saved');
    server.freeze();
    await ada.editor.click();
    await ada.type('kept');
    await ada.saved('saving');
    const question = ada.page.waitForEvent('dialog');
    await ada.page.close({ runBeforeUnload: true });
    const dialog = await question;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(await ada.page.getByTestId('saved').getAttribute('data-state')).toBe('saving');
    server.thaw();
    await ada.saved('saved');
    await server.kill();
    await ada.page.close();
    await server.start();
    const late = await visit(addressOf('saved'));
    await expect.poll(() => late.paragraphs()).toEqual(['kept']);
  });

  it('[WEB4] shows who is here and where, and who left no more', async () => {
    const ada = await visit(addressOf('people'));
    const bob = await visit(addressOf('people'));
    await ada.page.getByTestId('name').fill('Ada Lovelace');
    await bob.people.getByText('Ada Lovelace', { exact: true }).waitFor();
    await ada.people.getByText(await bob.name(), { exact: true }).waitFor();
    await ada.editor.click();
    await ada.type('here');
    await bob.editor.locator('.caret-name[data-name="Ada Lovelace"]').waitFor();
    await ada.page.close();
    // Far less than the 30 s after which clients forget a silent one by themselves.
    await bob.people.getByText('Ada Lovelace', { exact: true }).waitFor({ state: 'detached', timeout: 5_000 });
  });

  it('[WEB5] puts a fresh name in the address and copies a link without the token', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const ada = await DemoWindow.open(context, `${server.url}/demo/?token=secret`);
    const name = new URL(ada.page.url()).searchParams.get('document');
    expect(name).toMatch(/^[a-z]+-[a-z]+-[a-z0-9]{6}$/);
    await ada.page.getByTestId('copy-link').click();
    await ada.page.getByText('Link copied').waitFor();
    expect(await ada.page.evaluate('navigator.clipboard.readText()')).toBe(addressOf(name ?? ''));
  });

  it('[WEB6] loads nothing from elsewhere and violates no policy', async () => {
    const ada = await visit(addressOf('policy'));
    const bob = await visit(addressOf('policy'));
    await ada.editor.click();
    await ada.type('# Title\n- item');
    await ada.page.keyboard.press('Shift+Home');
    await bob.editor.locator('.remote-selection').first().waitFor();
    await ada.page.getByRole('button', { name: 'Bold' }).click();
    await bob.editor.locator('strong').waitFor();
    await ada.saved('saved');
    expect(await ada.page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')).toContain(
      "script-src 'self'",
    );
    expect([...ada.complaints, ...bob.complaints]).toEqual([]);
    expect(ada.requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
  });

  it('[WEB7] gives new visitors a name for each window, over a reload too, and keeps a chosen one', async () => {
    const context = await browser.newContext();
    const first = await DemoWindow.open(context, addressOf('names'));
    const second = await DemoWindow.open(context, addressOf('names'));
    const name = await second.name();
    expect(name).not.toBe(await first.name());
    await second.reload();
    expect(await second.name()).toBe(name);
    await first.page.getByTestId('name').fill('Grace Hopper');
    const third = await DemoWindow.open(context, addressOf('names'));
    expect(await third.name()).toBe('Grace Hopper');
    expect(await second.name()).toBe(name);
  });

  it('[WEB8] cannot be written in before the document has loaded', async () => {
    const page = await (await browser.newContext()).newPage();
    // Opens, and never says a word.
    await page.routeWebSocket(/\/ws\//, () => undefined);
    await page.goto(addressOf('silent'));
    await page.locator('[data-testid=editor][contenteditable=false]').waitFor({ state: 'attached' });
    expect(await page.getByTestId('connection').getAttribute('data-state')).toBe('connecting');
    expect(await page.getByTestId('saved').isVisible()).toBe(false);
  });
});

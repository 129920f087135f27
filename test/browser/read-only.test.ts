import { expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { startServer } from '../support/server.ts';
import { findChromium, launch } from './chromium.ts';
import { DemoWindow } from './demo-window.ts';

const executable = findChromium();
const required = process.env.CI === 'true';

it.skipIf(!executable && !required)(
  '[WEB9] tells who may only read, and takes no more edits',
  async () => {
    if (!executable) throw new Error('CI needs Chromium on the PATH');
    const reader = { subject: undefined, accessTo: () => 'read' as const };
    const server = await startServer({}, { authenticator: { authenticate: () => Promise.resolve(reader) } });
    atEnd(() => server.stop());
    const browser = await launch(executable);
    atEnd(() => browser.close());
    const window = await DemoWindow.open(await browser.newContext(), `${server.httpUrl}/demo/?document=notes`);
    await window.editor.click();
    await window.type('x');
    await window.page.getByText('View only').waitFor();
    await window.page.getByText('Not saved', { exact: true }).first().waitFor();
    expect(await window.editor.getAttribute('contenteditable')).toBe('false');
    expect(window.complaints).toEqual([]);
  },
  60_000,
);

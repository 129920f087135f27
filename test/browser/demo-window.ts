import type { BrowserContext, Locator, Page } from 'playwright-core';

/** A window on the demo page, in the words of its visitor. */
export class DemoWindow {
  readonly page: Page;
  /** Errors and Content-Security-Policy violations that the page met; refused connections are not among them. */
  readonly complaints: string[] = [];
  readonly requests: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('WebSocket')) this.complaints.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  static async open(context: BrowserContext, url: string): Promise<DemoWindow> {
    const window = new DemoWindow(await context.newPage());
    await window.page.goto(url);
    await window.connection('connected');
    return window;
  }

  get editor(): Locator {
    return this.page.getByTestId('editor');
  }

  get people(): Locator {
    return this.page.getByTestId('users');
  }

  name(): Promise<string> {
    return this.page.getByTestId('name').inputValue();
  }

  saved(state: 'saved' | 'saving' | 'offline'): Promise<void> {
    return this.page.locator(`[data-testid=saved][data-state=${state}]`).waitFor();
  }

  connection(state: 'connecting' | 'connected' | 'disconnected'): Promise<void> {
    return this.page.locator(`[data-testid=connection][data-state=${state}]`).waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.connection('connected');
  }

  /** Puts the caret behind the paragraph. */
  async goTo(paragraph: number): Promise<void> {
    await this.editor.locator('p').nth(paragraph).click();
    await this.page.keyboard.press('End');
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  paragraphs(): Promise<string[]> {
    return this.editor.locator('p').allTextContents();
  }
}

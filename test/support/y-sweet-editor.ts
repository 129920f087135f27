import { createYjsProvider, type YSweetProvider } from '@y-sweet/client';
import type { ClientToken } from '@y-sweet/sdk';
import * as Y from 'yjs';
import { atEnd } from './clean-up.ts';
import { withDeadline } from './inbox.ts';
import { QuietWebSocket } from './quiet-web-socket.ts';

const EVENTS = ['connection-status', 'local-changes', 'sync'] as const;

/** A document that the real y-sweet client keeps in step. Ends with the test. */
export class YSweetEditor {
  readonly doc = new Y.Doc();
  readonly content = this.doc.getText('t');
  readonly provider: YSweetProvider;

  /** @param authorize gets a client token, as an app would from its own backend */
  constructor(docId: string, authorize: () => Promise<ClientToken>) {
    this.provider = createYjsProvider(this.doc, docId, authorize, {
      WebSocketPolyfill: QuietWebSocket as never,
      showDebuggerLink: false,
    });
    atEnd(() => this.destroy());
  }

  get text(): string {
    return this.content.toString();
  }

  append(text: string): void {
    this.content.insert(this.content.length, text);
  }

  /** Resolves once `holds` is true; asked whenever the document, the awareness or the provider changes. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    let stop: () => void = () => undefined;
    const done = withDeadline<void>(
      () => `The y-sweet client never had ${what}: ${JSON.stringify(this.text.slice(0, 200))} ${this.provider.status}`,
      (resolve) => {
        const check = () => {
          if (holds()) resolve();
        };
        for (const event of EVENTS) this.provider.on(event, check);
        this.doc.on('update', check);
        this.provider.awareness.on('change', check);
        stop = () => {
          for (const event of EVENTS) this.provider.off(event, check);
          this.doc.off('update', check);
          this.provider.awareness.off('change', check);
        };
      },
    );
    return done.finally(() => stop());
  }

  connected(): Promise<void> {
    return this.until('a connection', () => this.provider.status === 'connected');
  }

  hasText(text: string): Promise<void> {
    return this.until(`the text ${JSON.stringify(text)}`, () => this.text === text);
  }

  /** Nothing of it is unsaved, as its user is told. */
  saved(): Promise<void> {
    return this.until('everything saved', () => !this.provider.hasLocalChanges);
  }

  destroy(): void {
    // A socket that closes makes it connect again, also the one that its own destroy closes.
    const never = () => new Promise(() => undefined);
    Object.assign(this.provider, { connect: never, attemptToConnect: never, ensureClientToken: never });
    this.provider.disconnect();
    this.provider.destroy();
    this.doc.destroy();
  }
}

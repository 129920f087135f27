import { WebsocketProvider as Provider4 } from '@y/websocket';
import * as Y14 from '@y/y';
import { WebSocket } from 'ws';
import { WebsocketProvider as Provider1 } from 'y-websocket-1';
import { WebsocketProvider as Provider2 } from 'y-websocket-2';
import { WebsocketProvider as Provider3 } from 'y-websocket-3';
import * as Y from 'yjs';
import { atEnd } from './clean-up.ts';
import { withDeadline } from './inbox.ts';

// Providers compare with the constants of a global WebSocket when they resynchronise; Node 20 has none.
(globalThis as { WebSocket?: unknown }).WebSocket ??= WebSocket;

export const MAJORS = ['1.5', '2', '3', '4'] as const;
export type Major = (typeof MAJORS)[number];

interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

interface TextLike {
  insert(at: number, text: string): void;
  delete(at: number, length: number): void;
  readonly length: number;
  toString(): string;
}

interface DocLike extends Emitter {
  readonly clientID: number;
  destroy(): void;
}

interface AwarenessLike extends Emitter {
  getStates(): Map<number, Record<string, unknown>>;
  setLocalState(state: object | null): void;
}

interface ProviderLike extends Emitter {
  readonly synced: boolean;
  readonly wsconnected: boolean;
  readonly awareness: AwarenessLike;
  connect(): void;
  disconnect(): void;
  destroy(): void;
}

type ProviderClass = new (url: string, name: string, doc: unknown, options: object) => ProviderLike;

const PROVIDERS = { '1.5': Provider1, '2': Provider2, '3': Provider3, '4': Provider4 } as unknown as Readonly<
  Record<Major, ProviderClass>
>;

/** A document that a real provider keeps in step, as an editor would use it. Ends with the test. */
export class Editor {
  readonly major: Major;
  readonly doc: DocLike;
  readonly provider: ProviderLike;
  readonly content: TextLike;
  readonly #encode: () => Uint8Array;
  readonly #stateVector: () => Uint8Array;

  constructor(major: Major, wsUrl: string, name: string, options: object = {}) {
    this.major = major;
    if (major === '4') {
      const doc = new Y14.Doc();
      this.doc = doc as unknown as DocLike;
      this.content = doc.get('t') as unknown as TextLike;
      this.#encode = () => Y14.encodeStateAsUpdate(doc);
      this.#stateVector = () => Y14.encodeStateVector(doc);
    } else {
      const doc = new Y.Doc();
      this.doc = doc as unknown as DocLike;
      this.content = doc.getText('t');
      this.#encode = () => Y.encodeStateAsUpdate(doc);
      this.#stateVector = () => Y.encodeStateVector(doc);
    }
    this.provider = new PROVIDERS[major](`${wsUrl}/ws`, name, this.doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
      maxBackoffTime: 100,
      ...options,
    });
    atEnd(() => this.destroy());
  }

  get text(): string {
    return this.content.toString();
  }

  get state(): Uint8Array {
    return this.#encode();
  }

  get stateVector(): Uint8Array {
    return this.#stateVector();
  }

  get awareness(): AwarenessLike {
    return this.provider.awareness;
  }

  append(text: string): void {
    this.content.insert(this.content.length, text);
  }

  /** Resolves once `holds` is true; asked whenever the document, the awareness or the connection changes. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    let stop: () => void = () => undefined;
    const done = withDeadline<void>(
      () => `Provider ${this.major} never had ${what}: ${JSON.stringify(this.text.slice(0, 200))}`,
      (resolve) => {
        const check = () => {
          if (holds()) resolve();
        };
        const sources: [Emitter, string][] = [
          [this.doc, 'update'],
          [this.awareness, 'change'],
          [this.provider, 'sync'],
          [this.provider, 'status'],
        ];
        for (const [emitter, event] of sources) emitter.on(event, check);
        stop = () => {
          for (const [emitter, event] of sources) emitter.off(event, check);
        };
      },
    );
    return done.finally(() => stop());
  }

  synced(): Promise<void> {
    return this.until('a sync', () => this.provider.synced);
  }

  hasText(text: string): Promise<void> {
    return this.until(`the text ${JSON.stringify(text)}`, () => this.text === text);
  }

  destroy(): void {
    this.provider.destroy();
    this.awareness.setLocalState(null);
    this.doc.destroy();
  }
}

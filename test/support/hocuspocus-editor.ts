import { HocuspocusProvider as Provider2, HocuspocusProviderWebsocket as Socket2 } from 'hocuspocus-provider-2';
import { HocuspocusProvider as Provider3, HocuspocusProviderWebsocket as Socket3 } from 'hocuspocus-provider-3';
import { HocuspocusProvider as Provider4, HocuspocusProviderWebsocket as Socket4 } from 'hocuspocus-provider-4';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { atEnd } from './clean-up.ts';
import { withDeadline } from './inbox.ts';
import { QuietWebSocket } from './quiet-web-socket.ts';

export const HOCUSPOCUS_MAJORS = ['2', '3', '4'] as const;
export type HocuspocusMajor = (typeof HOCUSPOCUS_MAJORS)[number];

interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

interface ProviderLike extends Emitter {
  readonly synced: boolean;
  readonly isAuthenticated: boolean;
  readonly hasUnsyncedChanges: boolean;
  readonly unsyncedChanges: number;
  readonly authorizedScope: string | undefined;
  readonly awareness: Awareness;
  attach?(): void;
  sendStateless(payload: string): void;
  sendToken?(): Promise<void>;
  destroy(): void;
}

/** One socket, for any number of documents. */
export interface SocketLike extends Emitter {
  readonly status: string;
  connect(): Promise<unknown>;
  disconnect(): void;
  destroy(): void;
}

type Class<Instance> = new (configuration: object) => Instance;

const PROVIDERS = { '2': Provider2, '3': Provider3, '4': Provider4 } as unknown as Readonly<
  Record<HocuspocusMajor, Class<ProviderLike>>
>;
const SOCKETS = { '2': Socket2, '3': Socket3, '4': Socket4 } as unknown as Readonly<
  Record<HocuspocusMajor, Class<SocketLike>>
>;

/** A socket that a real provider's library keeps. Ends with the test. */
export function hocuspocusSocket(major: HocuspocusMajor, wsUrl: string, options: object = {}): SocketLike {
  const socket = new SOCKETS[major]({
    url: `${wsUrl}/ws`,
    WebSocketPolyfill: QuietWebSocket,
    delay: 50,
    minDelay: 20,
    maxDelay: 100,
    ...options,
  });
  // Rejects where it is destroyed while it tries to connect.
  atEnd(() => socket.destroy());
  return socket;
}

/** A document that a real Hocuspocus provider keeps in step, as an editor would use it. Ends with the test. */
export class HocuspocusEditor {
  readonly major: HocuspocusMajor;
  readonly doc = new Y.Doc();
  readonly content = this.doc.getText('t');
  readonly socket: SocketLike;
  readonly provider: ProviderLike;
  /** `authenticated`, `denied <reason>`, `closed`, `stateless <payload>`. */
  readonly told: string[] = [];
  readonly #events: Emitter[];

  constructor(major: HocuspocusMajor, socket: SocketLike, name: string, options: object = {}) {
    this.major = major;
    this.socket = socket;
    this.provider = new PROVIDERS[major]({ websocketProvider: socket, name, document: this.doc, ...options });
    this.#listen();
    // From version 3 on, a provider on a socket that it does not own waits to be told.
    this.provider.attach?.();
    this.#events = [
      this.provider,
      this.doc as unknown as Emitter,
      this.provider.awareness as unknown as Emitter,
      socket,
    ];
    atEnd(() => this.destroy());
  }

  /** An editor with a socket of its own. */
  static alone(major: HocuspocusMajor, wsUrl: string, name: string, options: object = {}): HocuspocusEditor {
    return new HocuspocusEditor(major, hocuspocusSocket(major, wsUrl), name, options);
  }

  get text(): string {
    return this.content.toString();
  }

  get unsynced(): number {
    return this.provider.unsyncedChanges;
  }

  append(text: string): void {
    this.content.insert(this.content.length, text);
  }

  /** Resolves once `holds` is true; asked whenever the document, the awareness or the provider changes. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    let stop: () => void = () => undefined;
    const done = withDeadline<void>(
      () => `Provider ${this.major} never had ${what}: ${JSON.stringify(this.text.slice(0, 200))} ${this.told}`,
      (resolve) => {
        const check = () => {
          if (holds()) resolve();
        };
        for (const emitter of this.#events) for (const event of EVENTS) emitter.on(event, check);
        stop = () => {
          for (const emitter of this.#events) for (const event of EVENTS) emitter.off(event, check);
        };
      },
    );
    return done.finally(() => stop());
  }

  synced(): Promise<void> {
    return this.until('a sync', () => this.provider.synced);
  }

  /** Nothing of it is unsaved, as its user is told. */
  saved(): Promise<void> {
    return this.until('everything saved', () => this.provider.synced && !this.provider.hasUnsyncedChanges);
  }

  hasText(text: string): Promise<void> {
    return this.until(`the text ${JSON.stringify(text)}`, () => this.text === text);
  }

  wasTold(what: string): Promise<void> {
    return this.until(`been told ${what}`, () => this.told.includes(what));
  }

  destroy(): void {
    this.provider.destroy();
    this.doc.destroy();
  }

  #listen(): void {
    const { provider, told } = this;
    provider.on('authenticated', () => told.push('authenticated'));
    provider.on('authenticationFailed', ({ reason }: { reason: string }) => told.push(`denied ${reason}`));
    provider.on('close', () => told.push('closed'));
    provider.on('stateless', ({ payload }: { payload: string }) => told.push(`stateless ${payload}`));
  }
}

const EVENTS = [
  'update',
  'change',
  'synced',
  'status',
  'close',
  'unsyncedChanges',
  'stateless',
  'authenticated',
  'authenticationFailed',
] as const;

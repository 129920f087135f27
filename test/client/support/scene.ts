import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { ProviderOptions } from '../../../client/src/core/options.ts';
import type { Provider, ProviderStatus } from '../../../client/src/core/provider.ts';
import type { ProviderError } from '../../../client/src/core/provider-error.ts';
import { GrpcProvider } from '../../../client/src/grpc/grpc-provider.ts';
import { WebSocketProvider } from '../../../client/src/websocket/websocket-provider.ts';
import { atEnd } from '../../support/clean-up.ts';
import { withDeadline } from '../../support/inbox.ts';

export const KINDS = ['WebSocketProvider', 'GrpcProvider'] as const;
export type Kind = (typeof KINDS)[number];

/** Where the doors of a server are. */
export interface Doors {
  readonly wsUrl: string;
  readonly grpcAddress: string;
}

type Options = Partial<ProviderOptions>;

/** Retries come at once, so that a test does not wait for chance. */
const IMPATIENT = { random: () => 1, maxBackoff: 100 };

/** A document that a provider of the SDK keeps in step, and all that the provider told. Ends with the test. */
export class Client {
  readonly doc: Y.Doc;
  readonly provider: Provider;
  readonly statuses: ProviderStatus[] = [];
  readonly savedStates: boolean[] = [];
  readonly errors: ProviderError[] = [];

  constructor(kind: Kind, doors: Doors, options: Options = {}) {
    this.doc = options.doc ?? new Y.Doc();
    this.provider = open(kind, doors, { document: 'd', ...IMPATIENT, ...options, doc: this.doc });
    this.provider.on('status', ({ status }) => this.statuses.push(status));
    this.provider.on('saved', (saved) => this.savedStates.push(saved));
    this.provider.on('error', (error) => this.errors.push(error));
    atEnd(() => this.doc.destroy());
  }

  static async synced(kind: Kind, doors: Doors, options: Options = {}): Promise<Client> {
    const client = new Client(kind, doors, options);
    await client.provider.whenSynced;
    return client;
  }

  get text(): string {
    return this.doc.getText('t').toString();
  }

  /** What the client shows others: one field of each state there is, by client. */
  get shown(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.provider.awareness.getStates());
  }

  append(text: string): void {
    this.doc.getText('t').insert(this.text.length, text);
  }

  hasText(text: string): Promise<void> {
    return this.until(`the text ${JSON.stringify(text)}`, () => this.text === text);
  }

  hasStatus(status: ProviderStatus): Promise<void> {
    return this.until(`the status ${status}`, () => this.provider.status === status);
  }

  /** Resolves once `holds` is true; asked whenever the document, the awareness or the provider changes. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return withDeadline(
      () => `Never: ${what}; text ${JSON.stringify(this.text.slice(0, 200))}, told ${JSON.stringify(this.statuses)}`,
      (resolve) => {
        const check = () => {
          if (holds()) resolve();
        };
        const { provider, doc } = this;
        doc.on('update', check);
        provider.awareness.on('change', check);
        for (const name of ['status', 'synced', 'saved', 'error'] as const) provider.on(name, check);
      },
    );
  }
}

function open(kind: Kind, { wsUrl, grpcAddress }: Doors, options: ProviderOptions): Provider {
  return kind === 'GrpcProvider'
    ? new GrpcProvider({ ...options, url: grpcAddress })
    : new WebSocketProvider({ ...options, url: `${wsUrl}/ws`, WebSocket });
}

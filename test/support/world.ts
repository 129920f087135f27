import * as Y from 'yjs';
import { AcknowledgementQueue, type Ticket } from '../../src/application/connection/acknowledgements.ts';
import { ClientConnection } from '../../src/application/connection/client-connection.ts';
import type { Access } from '../../src/application/ports/authenticator.ts';
import type { DocumentHost } from '../../src/application/ports/document-host.ts';
import type { DocumentWorker } from '../../src/application/ports/document-worker.ts';
import type { Logger } from '../../src/application/ports/logger.ts';
import type { Metrics } from '../../src/application/ports/metrics.ts';
import type { WireFormat } from '../../src/application/ports/wire-format.ts';
import type { RoomBatch } from '../../src/application/room/room-batch.ts';
import type { RoomMember, SessionSink } from '../../src/application/room/room-member.ts';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { createCore } from '../../src/application/runtime/core.ts';
import { limitsOf } from '../../src/application/runtime/limits-of.ts';
import type { CollaborationError } from '../../src/domain/errors.ts';
import type { CollaborationEvent, DocumentUpdated } from '../../src/domain/events.ts';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import type { RawProfile } from '../../src/domain/value-objects/user-profile.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { SabotagedLog } from '../contracts/saboteur.ts';
import { withDeadline } from './inbox.ts';
import { LocalHost } from './local-host.ts';
import { ManualClock } from './manual-clock.ts';
import { principalOf } from './principals.ts';

/** Runs until `done`, a turn of the event loop at a time; nothing in here waits for time to pass. */
export function until(done: () => boolean, what: string): Promise<void> {
  return withDeadline(
    () => `Never happened: ${what}`,
    (resolve) => {
      const look = () => {
        if (done()) resolve();
        else setImmediate(look);
      };
      look();
    },
  );
}

/** Lets everything run that needs no time: the ends of ticks, and commits of the memory log. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export interface LoggedLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const EVENTS = new WeakMap<Uint8Array, CollaborationEvent>();

/** Each event is one message. */
const FORMAT: WireFormat = {
  encode: (events) =>
    events.map((event) => {
      const message = new Uint8Array(1);
      EVENTS.set(message, event);
      return message;
    }),
  echoes: () => false,
};

/** A session of a client, and all that it was told. */
export class FakeSession implements SessionSink {
  readonly delivered: CollaborationEvent[] = [];
  readonly refused: CollaborationError[] = [];
  readonly asked: Uint8Array[] = [];
  readonly ended: CollaborationError[] = [];
  member!: RoomMember;

  deliver(batch: RoomBatch, member: RoomMember): void {
    for (const message of batch.encodedFor(member, FORMAT).messages) {
      const event = EVENTS.get(message);
      if (event !== undefined) this.delivered.push(event);
    }
  }

  refuse(error: CollaborationError): void {
    this.refused.push(error);
  }

  requestSync(stateVector: Uint8Array): void {
    this.asked.push(stateVector);
  }

  end(error: CollaborationError): void {
    this.ended.push(error);
  }

  get events(): string[] {
    return this.delivered.map(({ eventType }) => eventType);
  }

  get updates(): readonly DocumentUpdated[] {
    return this.delivered.filter((event) => event.eventType === 'DocumentUpdated');
  }
}

/** A connection, and the updates that were acknowledged on it, in order. */
export class FakeClient {
  readonly acknowledged: Ticket[] = [];
  readonly connection: ClientConnection;
  readonly #world: World;

  constructor(world: World, name: string, access: (documentId: DocumentId) => Access) {
    this.#world = world;
    const queue = new AcknowledgementQueue((tickets) => this.acknowledged.push(...tickets));
    this.connection = new ClientConnection(name, principalOf({ accessTo: access }), queue);
  }

  /** @param profile what it says of its user; `anonymous`: nothing */
  async join(document = 'doc', client = this.connection.id, profile?: RawProfile | 'anonymous'): Promise<FakeSession> {
    const session = new FakeSession();
    session.member = await this.#world.collaboration.joinDocument({
      connection: this.connection,
      documentId: DocumentId.parse(document),
      clientId: ClientId.parse(client),
      profile: profile === 'anonymous' ? undefined : (profile ?? { userId: client }),
      sink: session,
    });
    return session;
  }

  get acknowledgedUpdates(): readonly Uint8Array[] {
    return this.acknowledged.map(({ update }) => update);
  }
}

interface WorldOptions {
  /** Configuration keys. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the log stores in; a new one where it is left out. */
  readonly store?: MemoryUpdateLog;
  readonly compactor?: DocumentWorker;
  readonly host?: DocumentHost;
}

/** Everything behind the doors, over a memory log that can be made to fail, on a clock that stands still. */
export class World {
  readonly clock = new ManualClock();
  readonly store: MemoryUpdateLog;
  readonly log: SabotagedLog;
  readonly logs: LoggedLine[] = [];
  readonly events: CollaborationEvent[] = [];
  readonly refusals: string[] = [];
  readonly limits: string[] = [];
  readonly commits: number[] = [];
  readonly #core: ReturnType<typeof createCore>;

  constructor({
    settings = {},
    store = new MemoryUpdateLog(),
    compactor = NO_COMPACTOR,
    host = new LocalHost(),
  }: WorldOptions = {}) {
    this.store = store;
    this.log = new SabotagedLog(store);
    const loaded = loadConfig({ COMMIT_WINDOW_MS: '0', ...settings });
    const workers = { compactor, worker: WORKER, host };
    const services = { log: this.log, ...workers, limits: limitsOf(loaded), clock: this.clock };
    this.#core = createCore(loaded, { ...services, logger: this.#logger(), metrics: this.#metrics() });
  }

  get collaboration() {
    return this.#core.collaboration;
  }

  get rooms() {
    return this.#core.rooms;
  }

  get sessions() {
    return this.#core.sessions;
  }

  get journal() {
    return this.#core.journal;
  }

  get storage() {
    return this.#core.storage;
  }

  client(name: string, access: (documentId: DocumentId) => Access = () => 'write'): FakeClient {
    return new FakeClient(this, name, access);
  }

  send(session: FakeSession, ...updates: readonly Uint8Array[]): void {
    for (const update of updates) void this.collaboration.handleDocumentUpdate(session.member, update);
  }

  /** What is on disk of a document: its snapshot, if there is one, and the updates behind it. */
  async stored(document = 'doc'): Promise<readonly Uint8Array[]> {
    const stored = await this.store.load(DocumentId.parse(document));
    if (stored === undefined) return [];
    return [...(stored.snapshot === undefined ? [] : [stored.snapshot.update]), ...stored.tail];
  }

  #logger(): Logger {
    const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
      this.logs.push({ level, fields, message });
    };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  #metrics(): Metrics {
    return {
      events: { publish: (event) => this.events.push(event) },
      committed: (updates) => this.commits.push(updates),
      storeFailed: () => undefined,
      refused: (reason) => this.refusals.push(reason),
      limitReached: (limit) => this.limits.push(limit),
      compacted: () => undefined,
      deleted: () => undefined,
      cacheAsked: () => undefined,
      gauge: () => undefined,
    };
  }
}

const NO_COMPACTOR: DocumentWorker = {
  merge: () => Promise.reject(new Error('Nothing is compacted here')),
  diff: () => Promise.reject(new Error('Nothing is compacted here')),
  close: () => Promise.resolve(),
};

function merged(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return Y.encodeStateAsUpdate(doc);
}

/** What a thread would do, here and at once. */
const WORKER: DocumentWorker = {
  merge: (updates) => Promise.resolve(merged(updates)),
  close: () => Promise.resolve(),
  diff: (updates, stateVector) => Promise.resolve(Y.diffUpdate(merged(updates), stateVector)),
};

/** Two clients in `doc`, who have been told of each other. */
export async function aliceAndBob(world: World) {
  const [alice, bob] = [world.client('alice'), world.client('bob')];
  const [a, b] = [await alice.join(), await bob.join()];
  await settle();
  a.delivered.length = 0;
  return { alice, bob, a, b };
}

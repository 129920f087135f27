import { fileURLToPath } from 'node:url';
import {
  type Client,
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const IDL = fileURLToPath(new URL('../../../idl/collaboration.proto', import.meta.url));
/** grpc-js would share a channel between clients of the same address. */
const OWN_CHANNEL = { 'grpc.use_local_subchannel_pool': 1 };

const definition = loadSync(IDL, { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });

interface User {
  user_id: string;
  user_name: string;
  user_color: string;
  client_id: string;
  user_metadata: Record<string, string>;
}

export interface State {
  state_vector: Uint8Array;
  document_data: Uint8Array;
  active_users: (User & { last_seen: number })[];
  last_modified: number;
  quarantine: string;
}

/** What a generated client hands over; the members that `message_type` does not name are absent. */
export interface Received {
  document_id: string;
  timestamp: number;
  message_type: string;
  sync_response: { update_data: Uint8Array };
  update: { update_data: Uint8Array; origin_client_id: string; sequence_number: number };
  awareness: { client_id: string; user_info: string; awareness_state: string; timestamp: number };
  user_joined: User;
  user_left: { user_id: string; client_id: string };
  error: { error_code: number; error_message: string; error_type: string };
  document_state: State;
}

export type Sent = Readonly<Record<string, unknown>> | Buffer;

type Call = ClientDuplexStream<Sent, Received>;
type Unary<Response> = (
  request: Sent,
  metadata: Metadata,
  done: (error: ServiceError | null, response: Response) => void,
) => void;

interface Stub {
  Collaborate(metadata: Metadata): Call;
  GetDocumentState: Unary<{ document_state: State }>;
  GetActiveUsers: Unary<{ active_users: State['active_users'] }>;
  close(): void;
}

type StubClass = new (address: string, creds: unknown, options: object) => Stub;

/** A client of its own connection. */
export class GrpcClient {
  readonly #stub: Stub;
  readonly #metadata = new Metadata();

  constructor(address: string, authorization?: string) {
    const { collaboration } = loadPackageDefinition(definition) as unknown as {
      collaboration: { CollaborationService: StubClass };
    };
    this.#stub = new collaboration.CollaborationService(address, credentials.createInsecure(), OWN_CHANNEL);
    if (authorization !== undefined) this.#metadata.set('authorization', authorization);
  }

  open(): Stream {
    return new Stream(this.#stub.Collaborate(this.#metadata));
  }

  /** A stream that sends the buffers it is given as they are. */
  openUnencoded(): Stream {
    const { path, responseDeserialize } = (definition['collaboration.CollaborationService'] as ServiceDefinition)
      .Collaborate as MethodDefinition<Sent, Received>;
    const client = this.#stub as unknown as Client;
    const asIs = (bytes: unknown) => bytes as Buffer;
    return new Stream(client.makeBidiStreamRequest<Sent, Received>(path, asIs, responseDeserialize, this.#metadata));
  }

  getDocumentState(request: Sent): Promise<{ document_state: State }> {
    return new Promise((resolve, reject) => {
      this.#stub.GetDocumentState(request, this.#metadata, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }

  getActiveUsers(request: Sent): Promise<{ active_users: State['active_users'] }> {
    return new Promise((resolve, reject) => {
      this.#stub.GetActiveUsers(request, this.#metadata, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }

  close(): void {
    this.#stub.close();
  }
}

type Kind = keyof Received & string;

/** One `Collaborate` call; what comes in is read strictly in order. */
export class Stream {
  readonly call: Call;
  readonly status: Promise<StatusObject>;
  readonly #received: Received[] = [];
  #waiting: ((message: Received) => void)[] = [];

  constructor(call: Call) {
    this.call = call;
    this.status = new Promise((resolve) => call.on('status', resolve));
    call.on('error', () => undefined);
    call.on('data', (message: Received) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#received.push(message);
      else waiting(message);
    });
  }

  send(document_id: string, client_id: string, message: Sent): void {
    this.call.write({ document_id, client_id, timestamp: 1, ...message });
  }

  next(): Promise<Received> {
    const message = this.#received.shift();
    return message === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(message);
  }

  /** The next message, which must be of this kind. */
  async take<K extends Kind>(kind: K): Promise<Received[K]> {
    const message = await this.next();
    if (message.message_type === kind) return message[kind];
    throw new Error(`Expected ${kind}, got ${message.message_type}: ${JSON.stringify(message)}`);
  }

  async takeError(): Promise<[code: number, type: string]> {
    const { error_code, error_type } = await this.take('error');
    return [error_code, error_type];
  }

  async join(documentId: string, clientId: string, fields: Sent = {}): Promise<State> {
    this.send(documentId, clientId, { join_document: { user_id: `${clientId}@example.org`, ...fields } });
    return this.take('document_state');
  }

  update(documentId: string, clientId: string, update_data: Uint8Array): void {
    this.send(documentId, clientId, { update: { update_data } });
  }

  /** Sends an update and waits for its acknowledgement. @returns the sequence number */
  async write(documentId: string, clientId: string, update: Uint8Array): Promise<number> {
    this.update(documentId, clientId, update);
    const acknowledged = await this.take('update');
    if (acknowledged.update_data.length > 0 || acknowledged.origin_client_id !== clientId) {
      throw new Error(`No acknowledgement: ${JSON.stringify(acknowledged)}`);
    }
    return acknowledged.sequence_number;
  }

  /** Asks for the whole document. Fails where anything else was sent before the answer. */
  async sync(documentId: string, clientId: string, state_vector: Uint8Array = new Uint8Array()): Promise<Uint8Array> {
    this.send(documentId, clientId, { sync_request: { state_vector } });
    return (await this.take('sync_response')).update_data;
  }
}

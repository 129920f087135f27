import { once } from 'node:events';
import { WebSocket } from 'ws';
import { atEnd } from './clean-up.ts';
import { Inbox, withDeadline } from './inbox.ts';

export interface JsonAnswer {
  readonly type: string;
  readonly doc_id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly update?: string;
}

export interface JsonFault {
  readonly code: number;
  readonly error_type: string;
}

/** A client of the JSON door that knows the wire and nothing else. Ends with the test. */
export class JsonClient {
  readonly ws: WebSocket;
  readonly received = new Inbox<JsonAnswer>();
  readonly binary = new Inbox<Buffer>();
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = new Promise((resolve) => ws.on('close', resolve));
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.binary.push(data);
      else this.received.push(JSON.parse(data.toString('utf8')) as JsonAnswer);
    });
    ws.on('close', (code) => this.received.end(`The socket closed with ${code}`));
  }

  static async open(
    wsUrl: string,
    path = '/ws',
    protocols: readonly string[] = [],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<JsonClient> {
    const ws = new WebSocket(`${wsUrl}${path}`, [...protocols], { headers });
    const client = new JsonClient(ws);
    atEnd(() => ws.terminate());
    await once(ws, 'open');
    return client;
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next answer of this type; answers of other types stay unread. */
  next(type: string, matches: (answer: JsonAnswer) => boolean = () => true): Promise<JsonAnswer> {
    return this.received.take(`"${type}"`, (answer) => answer.type === type && matches(answer));
  }

  /** The next answer, whatever it is. */
  nextOfAll(): Promise<JsonAnswer> {
    return this.received.take('answer', () => true);
  }

  async nextFault(): Promise<JsonFault> {
    const { data } = await this.next('error');
    return { code: Number(data?.code), error_type: String(data?.error_type) };
  }

  async sync(doc_id: string, stateVector?: Uint8Array): Promise<{ update: Uint8Array; stateVector: Uint8Array }> {
    this.send({ doc_id, type: 'sync', update: stateVector === undefined ? undefined : base64(stateVector) });
    const answer = await this.next('sync', (each) => each.doc_id === doc_id);
    return { update: bytes(answer.update), stateVector: bytes(answer.data?.state_vector) };
  }

  async join(doc_id: string, user_id: string, profile: object = {}): Promise<JsonAnswer> {
    this.send({ doc_id, type: 'join', data: { user_id, ...profile } });
    return this.next('joined', (each) => each.doc_id === doc_id);
  }

  update(doc_id: string, update: Uint8Array): void {
    this.send({ doc_id, type: 'update', update: base64(update) });
  }

  /** Sends an update and waits until it is durable. @returns its sequence number */
  async write(doc_id: string, update: Uint8Array): Promise<number> {
    this.update(doc_id, update);
    return sequenceOf(await this.next('ack', (each) => each.doc_id === doc_id));
  }

  /** When it resolves, all that was sent before was handled, and everything it caused in the same tick was received. */
  async settle(): Promise<void> {
    this.send({ doc_id: 'settle', type: 'heartbeat' });
    await this.next('heartbeat');
    const pong = withDeadline<void>(
      () => 'No pong came',
      (resolve) => this.ws.once('pong', () => resolve()),
    );
    this.ws.ping();
    await pong;
  }

  close(): void {
    this.ws.close();
  }
}

export function sequenceOf(answer: JsonAnswer): number {
  return Number(answer.data?.sequence_number);
}

export function base64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64');
}

export function bytes(text: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(text), 'base64'));
}

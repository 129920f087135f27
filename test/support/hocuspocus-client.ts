import { once } from 'node:events';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import type { AwarenessEntry } from '../../src/domain/codecs/awareness.ts';
import { encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { atEnd } from './clean-up.ts';
import { Inbox } from './inbox.ts';

/** A frame of the server, read by hand and not by the server's own codec. */
export interface HocuspocusFrame {
  readonly name: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const SYNC = ['step1', 'step2', 'update'] as const;
const AUTH = ['token', 'denied', 'authenticated'] as const;
const NOTHING = new Uint8Array();

export function readFrame(data: Uint8Array): HocuspocusFrame {
  if (data.length === 1) return { name: '', kind: data[0] === 10 ? 'pong' : `byte ${data[0]}`, bytes: data, text: '' };
  const decoder = decoding.createDecoder(data);
  const name = decoding.readVarString(decoder);
  const frame = { name, ...readBody(decoder, decoding.readVarUint(decoder)) };
  if (decoding.hasContent(decoder)) throw new Error(`A frame goes on: ${Buffer.from(data).toString('hex')}`);
  return frame;
}

function readBody(decoder: decoding.Decoder, type: number): Omit<HocuspocusFrame, 'name'> {
  switch (type) {
    case 0: {
      const kind = SYNC[decoding.readVarUint(decoder)] ?? 'unknown';
      return { kind, bytes: decoding.readVarUint8Array(decoder).slice(), text: '' };
    }
    case 1:
      return { kind: 'awareness', bytes: decoding.readVarUint8Array(decoder).slice(), text: '' };
    case 2: {
      const kind = AUTH[decoding.readVarUint(decoder)] ?? 'unknown';
      return { kind, bytes: NOTHING, text: decoding.readVarString(decoder) };
    }
    case 5:
      return { kind: 'stateless', bytes: NOTHING, text: decoding.readVarString(decoder) };
    case 7:
      return { kind: 'close', bytes: NOTHING, text: decoding.readVarString(decoder) };
    case 8:
      return { kind: 'status', bytes: NOTHING, text: String(decoding.readVarUint(decoder)) };
    default:
      throw new Error(`A frame of type ${type}`);
  }
}

/** A frame as a provider writes it. */
export function frame(name: string, type: number, write: (encoder: encoding.Encoder) => void = () => undefined) {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name);
    encoding.writeVarUint(encoder, type);
    write(encoder);
  });
}

export function syncFrame(name: string, kind: 0 | 1 | 2, bytes: Uint8Array): Uint8Array {
  return frame(name, 0, (encoder) => {
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}

export function tokenFrame(name: string, token: string, version?: string): Uint8Array {
  return frame(name, 2, (encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, token);
    if (version !== undefined) encoding.writeVarString(encoder, version);
  });
}

/** A client that sends and receives frames of Hocuspocus, and does nothing of its own. Ends with the test. */
export class HocuspocusClient {
  readonly ws: WebSocket;
  readonly received = new Inbox<HocuspocusFrame>();
  /** The close code. */
  readonly closed: Promise<number>;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = new Promise((resolve) => ws.on('close', resolve));
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => this.received.push(readFrame(data)));
    ws.on('close', (code) => this.received.end(`The socket closed with ${code}`));
  }

  static async open(wsUrl: string, path = '/ws'): Promise<HocuspocusClient> {
    const ws = new WebSocket(`${wsUrl}${path}`);
    const client = new HocuspocusClient(ws);
    atEnd(() => ws.terminate());
    await once(ws, 'open');
    return client;
  }

  /** Opens a socket and a document on it. */
  static async join(wsUrl: string, name: string): Promise<HocuspocusClient> {
    const client = await HocuspocusClient.open(wsUrl);
    await client.authenticate(name);
    return client;
  }

  send(bytes: Uint8Array): void {
    this.ws.send(bytes);
  }

  token(name: string, token = '', version?: string): void {
    this.send(tokenFrame(name, token, version));
  }

  step1(name: string, stateVector: Uint8Array = Uint8Array.of(0)): void {
    this.send(syncFrame(name, 0, stateVector));
  }

  step2(name: string, update: Uint8Array): void {
    this.send(syncFrame(name, 1, update));
  }

  update(name: string, update: Uint8Array): void {
    this.send(syncFrame(name, 2, update));
  }

  awareness(name: string, ...entries: readonly AwarenessEntry[]): void {
    const bytes = encodeAwareness(entries);
    this.send(frame(name, 1, (encoder) => encoding.writeVarUint8Array(encoder, bytes)));
  }

  stateless(name: string, payload: string): void {
    this.send(frame(name, 5, (encoder) => encoding.writeVarString(encoder, payload)));
  }

  close(name: string): void {
    this.send(frame(name, 7));
  }

  /** The next frame of this kind, and of this document where it is given; others stay unread. */
  next(kind: string, name?: string): Promise<HocuspocusFrame> {
    return this.received.take(kind, (each) => each.kind === kind && (name === undefined || each.name === name));
  }

  nextOfAll(): Promise<HocuspocusFrame> {
    return this.received.take('frame', () => true);
  }

  /** @returns what it may do */
  async authenticate(name: string, token = '', version?: string): Promise<string> {
    this.token(name, token, version);
    return (await this.next('authenticated', name)).text;
  }

  /** Writes and waits for the status. */
  async write(name: string, update: Uint8Array): Promise<string> {
    this.update(name, update);
    return (await this.next('status', name)).text;
  }

  /** Resolves with the content of the step 2 that answers a step 1: everything sent before was handled. */
  async sync(name: string, stateVector?: Uint8Array): Promise<Uint8Array> {
    this.step1(name, stateVector);
    await this.next('step1', name);
    return (await this.next('step2', name)).bytes;
  }

  /** What was received and not looked at. */
  get unread(): readonly string[] {
    return this.received.unread.map(({ name, kind, text }) => `${name} ${kind} ${text}`.trim());
  }
}

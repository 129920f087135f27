import type { Client } from '@grpc/grpc-js';
import type { Timer } from '../core/clock.ts';
import type { Connection, Dial } from '../core/connection.ts';
import type { ClientMessage, ServerMessage } from './messages.ts';
import { ownPresence, RemotePresence } from './presence.ts';
import { type Meaning, meaningOf, meaningOfEnd } from './refusals.ts';
import { type CollaborateCall, call, type Target } from './service.ts';

/** Milliseconds. */
const LONGEST_CONNECTING = 30_000;
const HEARTBEAT = 10_000;
const GOODBYE = 1_000;

/** Bytes without acknowledgement past which updates are held back, to be merged. */
const MAX_UNCONFIRMED = 16 * 1024 * 1024;

/** Who this client is for the server. */
export interface Identity {
  readonly clientId: string;
  readonly userId: string;
  readonly name: string;
  readonly color: string;
  readonly metadata: Readonly<Record<string, string>>;
}

type Content = ClientMessage extends infer Message
  ? Message extends unknown
    ? Omit<Message, 'client_id' | 'document_id' | 'timestamp'>
    : never
  : never;

/** One `Collaborate` call for one document. */
export class GrpcConnection implements Connection {
  readonly #dial: Dial;
  readonly #identity: Identity;
  readonly #presence: RemotePresence;
  readonly #client: Client;
  readonly #stream: CollaborateCall;
  /** Sizes of the updates under way. */
  readonly #underWay: number[] = [];
  #unconfirmed = 0;
  #state: 'joining' | 'joined' | 'ended' = 'joining';
  #timer: Timer;
  #clear: (() => void) | undefined;

  constructor(target: Target, identity: Identity, dial: Dial) {
    this.#dial = dial;
    this.#identity = identity;
    this.#presence = new RemotePresence(dial.awareness, identity.clientId);
    const { client, stream } = call(target, dial.token);
    this.#client = client;
    this.#stream = stream;
    stream.on('data', (message: ServerMessage) => this.#heard(message));
    stream.on('drain', () => this.#checkClear());
    stream.on('status', (status) => this.#decide(meaningOfEnd(status)));
    // A status follows. Without a listener, an error would be thrown.
    stream.on('error', () => undefined);
    this.#timer = dial.clock.after(LONGEST_CONNECTING, () => this.#decide('lost'));
    const { userId, name, color, metadata } = identity;
    this.#write({
      join_document: { user_id: userId, user_name: name, user_color: color, user_metadata: metadata },
    });
  }

  get isCongested(): boolean {
    return this.#stream.writableNeedDrain || this.#unconfirmed > MAX_UNCONFIRMED;
  }

  whenClear(callback: () => void): void {
    this.#clear = callback;
  }

  send(update: Uint8Array): void {
    this.#underWay.push(update.byteLength);
    this.#unconfirmed += update.byteLength;
    this.#write({ update: { update_data: update } });
  }

  sendPresence(): void {
    this.#write({ awareness: ownPresence(this.#dial.awareness, this.#identity.clientId) });
  }

  close(): void {
    if (this.#state === 'ended') return;
    this.#write({ leave_document: { user_id: this.#identity.userId } });
    this.#end();
    this.#stream.end();
    // The server ends the call when it has acknowledged all; one that does not is not waited for.
    const hurry = this.#dial.clock.after(GOODBYE, () => this.#stream.cancel());
    this.#stream.on('status', () => {
      hurry.stop();
      this.#client.close();
    });
  }

  #heard(message: ServerMessage): void {
    if (this.#state === 'ended') return;
    const { listener } = this.#dial;
    switch (message.message_type) {
      case 'document_state':
        this.#joined(message.document_state);
        return;
      case 'update': {
        const { update_data, origin_client_id } = message.update;
        if (update_data.byteLength > 0) listener.received(update_data);
        else if (origin_client_id === this.#identity.clientId) this.#acknowledged();
        return;
      }
      case 'awareness': {
        const update = this.#presence.translate(message.awareness);
        if (update !== undefined) listener.presence(update);
        return;
      }
      case 'error':
        this.#decide(meaningOf(message.error, this.#state));
        return;
      case 'user_joined':
      case 'user_left':
      case 'sync_response':
      case undefined:
        return;
    }
  }

  #joined(state: { readonly state_vector: Uint8Array; readonly document_data: Uint8Array }): void {
    this.#state = 'joined';
    this.#timer.stop();
    this.#beat();
    const { listener } = this.#dial;
    listener.received(state.document_data);
    if (this.#isOpen()) listener.offered(state.state_vector);
    if (this.#isOpen()) listener.synced();
  }

  #acknowledged(): void {
    this.#unconfirmed -= this.#underWay.shift() ?? 0;
    this.#dial.listener.acknowledged('certain');
    this.#checkClear();
  }

  #checkClear(): void {
    if (this.#clear === undefined || this.#state === 'ended' || this.isCongested) return;
    const callback = this.#clear;
    this.#clear = undefined;
    callback();
  }

  #beat(): void {
    this.#timer = this.#dial.clock.after(HEARTBEAT, () => {
      this.#write({ heartbeat: { timestamp: this.#dial.clock.now() } });
      this.#presence.keep();
      this.#beat();
    });
  }

  #decide(meaning: Meaning): void {
    if (this.#state === 'ended') return;
    if (meaning !== 'lost' && 'refused' in meaning) {
      this.#dial.listener.refused(meaning.refused);
      return;
    }
    this.#end();
    this.#stream.cancel();
    this.#client.close();
    if (meaning === 'lost') this.#dial.listener.lost();
    else this.#dial.listener.rejected(meaning.rejected);
  }

  #write(content: Content): void {
    if (this.#state === 'ended') return;
    const { clientId } = this.#identity;
    const { document, clock } = this.#dial;
    this.#stream.write({ client_id: clientId, document_id: document, timestamp: clock.now(), ...content });
  }

  #isOpen(): boolean {
    return this.#state !== 'ended';
  }

  #end(): void {
    this.#state = 'ended';
    this.#timer.stop();
    this.#clear = undefined;
  }
}

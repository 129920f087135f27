import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Progress } from './updates.mjs';

// Of the server's own install: the bench needs no copies.
const ofServer = createRequire(new URL('../../package.json', import.meta.url));
const IDL = fileURLToPath(new URL('../../idl/collaboration.proto', import.meta.url));

/** Loads the library only where a scenario needs it. */
function serviceOf() {
  const { credentials, loadPackageDefinition } = ofServer('@grpc/grpc-js');
  const { loadSync } = ofServer('@grpc/proto-loader');
  const definition = loadSync(IDL, { keepCase: true, longs: Number, enums: String, oneofs: true });
  const { CollaborationService } = loadPackageDefinition(definition).collaboration;
  // One connection a client, as if each were a program of its own.
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  return (address) => new CollaborationService(address, credentials.createInsecure(), options);
}

/** @type {ReturnType<typeof serviceOf> | undefined} */
let service;

/** A client with one `Collaborate` stream and one document. It holds no document; it counts what reaches it. */
export class GrpcClient {
  messages = 0;
  acknowledged = 0;
  isClosed = false;
  #id;
  #document;
  #stub;
  #stream;
  #onData;
  #resolveJoined = () => {};

  /**
   * @param {{ host: string, otherPort: number }} server
   * @param {string} document
   * @param {string} id
   * @param {() => void} onData
   */
  constructor({ host, otherPort }, document, id, onData) {
    service ??= serviceOf();
    this.progress = new Progress(1);
    this.#id = id;
    this.#document = document;
    this.#onData = onData;
    this.#stub = service(`${host}:${otherPort}`);
    this.#stream = this.#stub.Collaborate();
    this.#stream.on('data', (message) => this.#receive(message));
    this.#stream.on('error', () => this.#close());
    this.#stream.on('end', () => this.#close());
  }

  /** @returns {Promise<this>} once the document's state is here */
  join() {
    this.#say({ join_document: { user_id: this.#id, user_name: this.#id } });
    return new Promise((resolve, reject) => {
      this.#resolveJoined = () => resolve(this);
      setTimeout(() => reject(new Error('no answer to join_document within 20 s')), 20_000).unref();
    });
  }

  /** @param {Uint8Array} update */
  sendUpdate(update) {
    this.#say({ update: { update_data: update } });
  }

  #say(message) {
    this.#stream.write({ client_id: this.#id, document_id: this.#document, timestamp: Date.now(), ...message });
  }

  #receive({ message_type, update, error }) {
    if (message_type === 'error') throw new Error(`the server refused: ${error.error_message}`);
    if (message_type === 'document_state') this.#resolveJoined();
    else if (message_type === 'update') {
      this.messages++;
      // Empty: one of its own updates is on disk.
      if (update.origin_client_id === this.#id) this.acknowledged++;
      else this.progress.read(update.update_data, 0);
    }
    this.#onData();
  }

  #close() {
    this.isClosed = true;
    this.#stub.close();
    this.#onData();
  }
}

import { CollaborationError } from '../../../../domain/errors.ts';
import { serverFrame } from '../../framing.ts';
import type { Protocol } from '../protocol.ts';
import { decodeName, NamedFrames, PING, PONG } from './hocuspocus-codec.ts';
import { type DocumentOwner, HocuspocusDocument } from './hocuspocus-document.ts';
import { documentOf } from './hocuspocus-name.ts';
import type { HocuspocusSocket } from './hocuspocus-socket.ts';
import { Lobby } from './lobby.ts';

/** Close codes of Hocuspocus (hocuspocus/packages/common/src/CloseEvents.ts). */
const RESET = { code: 4205, reason: 'Reset Connection' } as const;
export const TIMEOUT = { code: 4408, reason: 'Connection Timeout' } as const;

const PONG_FRAME = serverFrame(Uint8Array.of(PONG), 'binary');

/** Tells a provider, by its first frame, that it is refused; nothing where that is no frame of this protocol. */
export function refusalFrame(frame: Uint8Array, error: CollaborationError): Buffer | undefined {
  try {
    return serverFrame(new NamedFrames(decodeName(frame)).denied(error.message), 'binary');
  } catch {
    return undefined;
  }
}

/** The Hocuspocus protocol on one socket: any number of documents, each named in its frames, each with its own token. */
export class HocuspocusProtocol implements Protocol {
  readonly #socket: HocuspocusSocket;
  readonly #lobby: Lobby;
  /** By the name that their frames begin with. */
  readonly #documents = new Map<string, HocuspocusDocument>();
  /** Whose frame came last: mostly the next one is of it, too. */
  #last: HocuspocusDocument | undefined;
  #count = 0;
  /** `known`: somebody has opened a document on it. */
  #state: 'stranger' | 'known' = 'stranger';

  constructor(socket: HocuspocusSocket) {
    this.#socket = socket;
    this.#lobby = new Lobby(socket.limits);
  }

  /** Whether a token that does was shown on it, or is looked at. */
  get isInUse(): boolean {
    return this.#state === 'known' || [...this.#documents.values()].some((document) => !document.isShut);
  }

  /** @throws CollaborationError `invalid` when it is no frame with the name of a document: what follows cannot be trusted */
  receive(frame: Buffer): Promise<void> | undefined {
    if (frame.length === 1) {
      if (frame[0] === PING) this.#socket.outbox.writeOne(PONG_FRAME);
      if (frame[0] === PING || frame[0] === PONG) return undefined;
    }
    const document = this.#documentOf(frame);
    if (document === undefined) return undefined;
    const done = document.receive(frame);
    if (this.#lobby.isOverfull) this.#socket.closeWith(RESET.code, RESET.reason);
    return done;
  }

  /** No frame that a provider knows says anything of the socket as a whole. */
  report(): void {
    // The close code and its reason have to do.
  }

  /** A provider closes a socket on which it has heard no frame for 30 s; pings do not count. */
  keepAlive(): void {
    const [document] = this.#documents.values();
    document?.keepAlive();
  }

  /** Called every few seconds. @param now Unix milliseconds */
  maintain(now: number): void {
    for (const document of this.#documents.values()) document.askForToken(now);
  }

  /** The client has answered a ping: everything that it has open is alive. */
  alive(): void {
    for (const document of this.#documents.values()) document.alive();
  }

  /** The socket is gone. */
  ended(): void {
    for (const document of this.#documents.values()) document.disconnect();
    this.#documents.clear();
  }

  #documentOf(frame: Buffer): HocuspocusDocument | undefined {
    if (this.#last?.isNamedBy(frame)) return this.#last;
    const name = decodeName(frame);
    const document = this.#documents.get(name) ?? this.#newcomer(name);
    this.#last = document;
    return document;
  }

  #newcomer(name: string): HocuspocusDocument | undefined {
    try {
      const documentId = documentOf(name);
      const { maxSessionsPerConnection } = this.#socket.limits;
      if (this.#documents.size >= maxSessionsPerConnection) throw tooMany(maxSessionsPerConnection);
      this.#count++;
      const named = { name, documentId, id: `${this.#socket.id}/${this.#count}` };
      const document = new HocuspocusDocument(this.#socket, this.#lobby, named, this.#owner);
      this.#documents.set(name, document);
      return document;
    } catch (thrown) {
      this.#refuse(name, this.#socket.translate(thrown));
      return undefined;
    }
  }

  #refuse(name: string, error: CollaborationError): void {
    this.#socket.outbox.writeOne(serverFrame(new NamedFrames(name).denied(error.message), 'binary'));
    // A blank name is what a frame of another protocol looks like.
    if (name.trim() === '') throw error;
    this.#socket.countFault(error);
  }

  readonly #owner: DocumentOwner = {
    gone: (document) => {
      this.#documents.delete(document.name);
      if (this.#last === document) this.#last = undefined;
    },
    opened: () => {
      this.#state = 'known';
    },
  };
}

function tooMany(most: number): CollaborationError {
  return new CollaborationError('too-large', `One socket may have ${most} documents.`);
}

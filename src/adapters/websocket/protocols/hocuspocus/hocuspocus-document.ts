import type { Principal } from '../../../../application/ports/authenticator.ts';
import { CollaborationError } from '../../../../domain/errors.ts';
import type { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { serverFrame } from '../../framing.ts';
import { awarenessUpdate } from '../awareness-update.ts';
import { decodeMessage, type HocuspocusMessage, NamedFrames } from './hocuspocus-codec.ts';
import { HocuspocusSession, type SessionHost } from './hocuspocus-session.ts';
import type { HocuspocusSocket } from './hocuspocus-socket.ts';
import type { Lobby } from './lobby.ts';
import { saysNothing } from './says-nothing.ts';

/**
 * `waiting`: for its token · `entering`: its token is looked at, the document is loaded, and what came meanwhile is
 * worked off · `refused`: until another token comes, nothing of it is heard.
 */
type Stage =
  | { readonly kind: 'new' | 'entering' | 'open' | 'refused' | 'gone' }
  /** Unix milliseconds. */
  | { readonly kind: 'waiting'; readonly since: number };

/** Milliseconds before a token expires at which the provider is asked for the next one. */
const ASK_BEFORE = 30_000;

/** One document of a socket, from its first frame on: who may open it, and what waits until it is open. */
export class HocuspocusDocument implements SessionHost {
  readonly name: string;
  readonly #socket: HocuspocusSocket;
  readonly #lobby: Lobby;
  readonly #documentId: DocumentId;
  readonly #id: string;
  readonly #onGone: (document: HocuspocusDocument) => void;
  readonly #frames: NamedFrames;
  #stage: Stage = { kind: 'new' };
  #queue: Buffer[] = [];
  #session: HocuspocusSession | undefined;
  /** Providers from 4 on tell it; only they are known to understand a Close. */
  #version: string | undefined;
  /** Expiry of the token that the provider was asked to replace. */
  #askedAbout: number | undefined;

  /** @param id for the log */
  constructor(
    socket: HocuspocusSocket,
    lobby: Lobby,
    { name, documentId, id }: { readonly name: string; readonly documentId: DocumentId; readonly id: string },
    onGone: (document: HocuspocusDocument) => void,
  ) {
    this.#socket = socket;
    this.#lobby = lobby;
    this.name = name;
    this.#documentId = documentId;
    this.#id = id;
    this.#onGone = onGone;
    this.#frames = new NamedFrames(name);
  }

  /** Whether a frame begins with the name of this document. */
  isNamedBy(frame: Buffer): boolean {
    const { name } = this.#frames;
    return frame.length >= name.length && frame.compare(name, 0, name.length, 0, name.length) === 0;
  }

  /** Handles one frame. Never throws or rejects; while a returned promise is pending, the socket is not read. */
  receive(frame: Buffer): Promise<void> | undefined {
    switch (this.#stage.kind) {
      case 'open':
        this.checkExpiry(this.#socket.clock.now());
        return this.#session?.handle(frame);
      case 'entering':
        this.#keep(frame);
        return undefined;
      case 'gone':
        return undefined;
      default:
        return this.#knock(frame);
    }
  }

  /** The shortest frame that says nothing. */
  keepAlive(): void {
    this.#send(this.#frames.awareness(awarenessUpdate([])));
  }

  alive(): void {
    if (this.#session !== undefined) this.#socket.collaboration.handleTransportAlive(this.#session.connection);
  }

  hasWaitedTooLong(now: number): boolean {
    return this.#stage.kind === 'waiting' && now - this.#stage.since > this.#socket.limits.authenticationTimeout;
  }

  giveUp(): void {
    this.end(new CollaborationError('unauthenticated', 'No token came in time.'));
  }

  /** Ends the session of a token whose time is over, and asks for the next one before. @param now Unix milliseconds */
  checkExpiry(now: number): void {
    const expiresAt = this.#session?.connection.principal.expiresAt;
    if (expiresAt === undefined || this.#stage.kind !== 'open') return;
    if (expiresAt <= now) {
      this.end(new CollaborationError('unauthenticated', 'The token has expired.'));
    } else if (expiresAt - now <= ASK_BEFORE && this.#askedAbout !== expiresAt) {
      this.#askedAbout = expiresAt;
      this.#send(this.#frames.tokenRequest());
    }
  }

  /** The socket is gone. */
  disconnect(): void {
    this.#become({ kind: 'gone' });
    this.#session?.disconnect();
    this.#session = undefined;
  }

  leave(): void {
    this.#close({ kind: 'gone' });
    this.#onGone(this);
  }

  end(error: CollaborationError): void {
    const wasOpen = this.#session !== undefined;
    this.#close({ kind: 'refused' });
    this.#send(this.#frames.denied(error.message));
    if (wasOpen && this.#version !== undefined) this.#send(this.#frames.close(error.message));
  }

  async refresh(token: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      const principal = await this.#principalOf(token);
      await this.#socket.collaboration.refreshToken(session.connection, principal);
      session.sayScope();
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  #knock(frame: Buffer): Promise<void> | undefined {
    let message: HocuspocusMessage;
    try {
      message = decodeMessage(frame);
    } catch (thrown) {
      const error = this.#socket.translate(thrown);
      this.end(error);
      this.#socket.countFault(error);
      return undefined;
    }
    if (message.type === 'token') {
      this.#version = message.version;
      void this.#enter(this.#principalOf(message.token));
      return this.#lobby.turn;
    }
    if (message.type === 'close') this.leave();
    else if (this.#stage.kind !== 'refused') return this.#knockWithout(message, frame);
    return undefined;
  }

  /** Something came before a token, which may not even come. */
  #knockWithout(message: HocuspocusMessage, frame: Buffer): Promise<void> | undefined {
    if (this.#stage.kind === 'new') {
      if (saysNothing(message)) {
        this.leave();
        return undefined;
      }
      const { principal, clock } = this.#socket;
      if (principal !== undefined) {
        this.#keep(frame);
        return this.#enter(Promise.resolve(principal));
      }
      this.#become({ kind: 'waiting', since: clock.now() });
    }
    this.#keep(frame);
    return undefined;
  }

  /** Never rejects. */
  async #enter(authenticated: Promise<Principal>): Promise<void> {
    this.#become({ kind: 'entering' });
    this.#lobby.enters();
    try {
      const principal = await authenticated;
      if (this.#stage.kind !== 'entering') return;
      const session = new HocuspocusSession(this.#socket, this, this.#id, principal);
      this.#session = session;
      await session.join(this.#documentId, this.name);
      await this.#workOff(session);
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.#lobby.hasEntered();
    }
  }

  /** What came while the document was opened. It may close the document, or be what it is refused for. */
  async #workOff(session: HocuspocusSession): Promise<void> {
    for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift()) {
      this.#lobby.remove(frame);
      await session.handle(frame);
    }
    if (this.#stage.kind === 'entering' && this.#session === session) this.#become({ kind: 'open' });
  }

  /** @throws CollaborationError as `Authenticator.authenticate` */
  async #principalOf(token: string): Promise<Principal> {
    // Providers that have no token send an empty one.
    if (token !== '') return this.#socket.authenticate(token);
    const { principal } = this.#socket;
    if (principal !== undefined) return principal;
    throw new CollaborationError('unauthenticated', 'This server asks for a token, and none came.');
  }

  #failed(thrown: unknown): void {
    if (this.#stage.kind === 'gone') return;
    const error = this.#socket.translate(thrown);
    this.#socket.countRefusal(error);
    if (error.kind === 'unavailable') this.#socket.close(error);
    else this.end(error);
  }

  #keep(frame: Buffer): void {
    this.#queue.push(frame);
    this.#lobby.add(frame);
  }

  #close(stage: Stage): void {
    this.#become(stage);
    for (const frame of this.#queue) this.#lobby.remove(frame);
    this.#queue = [];
    this.#session?.leave();
    this.#session = undefined;
  }

  #become(stage: Stage): void {
    if (this.#stage.kind === 'waiting') this.#lobby.waitsNoLonger();
    this.#stage = stage;
    if (stage.kind === 'waiting') this.#lobby.waits();
  }

  #send(message: Uint8Array): void {
    this.#socket.outbox.writeOne(serverFrame(message, 'binary'));
  }
}

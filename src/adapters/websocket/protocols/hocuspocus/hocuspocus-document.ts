import type { Expiring } from '../../../../application/connection/expiries.ts';
import { NOBODY, Stranger, tokenMissing } from '../../../../application/connection/stranger.ts';
import type { Principal } from '../../../../application/ports/authenticator.ts';
import type { CollaborationError } from '../../../../domain/errors.ts';
import type { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { serverFrame } from '../../framing.ts';
import { awarenessUpdate } from '../awareness-update.ts';
import { decodeMessage, type HocuspocusMessage, NamedFrames } from './hocuspocus-codec.ts';
import { HocuspocusSession, type SessionHost } from './hocuspocus-session.ts';
import type { HocuspocusSocket } from './hocuspocus-socket.ts';
import type { Lobby } from './lobby.ts';
import { saysNothing } from './says-nothing.ts';
import { WaitingFrames } from './waiting-frames.ts';

/**
 * `waiting`: for its token · `entering`: its token is looked at, the document is loaded, and what came meanwhile is
 * worked off · `refused`: until another token comes, nothing of it is heard.
 */
type Stage = 'new' | 'waiting' | 'entering' | 'open' | 'refused' | 'gone';

/** What a document has of its socket. */
export interface DocumentOwner {
  opened(): void;
  gone(document: HocuspocusDocument): void;
}

/** Milliseconds before a token expires at which the provider is asked for the next one. */
const ASK_BEFORE = 30_000;

/** One document of a socket, from its first frame on: who may open it, and what waits until it is open. */
export class HocuspocusDocument implements SessionHost, Expiring {
  readonly name: string;
  readonly #socket: HocuspocusSocket;
  readonly #lobby: Lobby;
  readonly #documentId: DocumentId;
  readonly #id: string;
  readonly #owner: DocumentOwner;
  readonly #frames: NamedFrames;
  readonly #waiting: WaitingFrames;
  #stage: Stage = 'new';
  /** Until its token has come. */
  #stranger: Stranger | undefined;
  /** The attempt to open it that counts: another one that is still under way was given up. */
  #entry: object | undefined;
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
    owner: DocumentOwner,
  ) {
    this.#socket = socket;
    this.#lobby = lobby;
    this.name = name;
    this.#documentId = documentId;
    this.#id = id;
    this.#owner = owner;
    this.#frames = new NamedFrames(name);
    this.#waiting = new WaitingFrames(lobby);
  }

  /** Whether a frame begins with the name of this document. */
  isNamedBy(frame: Buffer): boolean {
    const { name } = this.#frames;
    return frame.length >= name.length && frame.compare(name, 0, name.length, 0, name.length) === 0;
  }

  /** Handles one frame. Never throws or rejects; while a returned promise is pending, the socket is not read. */
  receive(frame: Buffer): Promise<void> | undefined {
    switch (this.#stage) {
      case 'open':
        return this.#session?.handle(frame);
      case 'entering':
        this.#waiting.keep(frame);
        return undefined;
      case 'gone':
        return undefined;
      case 'new':
      case 'waiting':
      case 'refused':
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

  /** Whether the client has nothing of it, and waits for nothing. */
  get isShut(): boolean {
    return this.#stage === 'refused' || this.#stage === 'waiting';
  }

  /** Whose time is counted. */
  get principal(): Principal {
    return this.#session?.connection.principal ?? this.#stranger ?? NOBODY;
  }

  /** Its time is over: that of its token, or until one must have come. */
  expire(error: CollaborationError): void {
    this.end(error);
  }

  /** Before a token expires, its provider is asked for the next one. @param now Unix milliseconds */
  askForToken(now: number): void {
    const { expiresAt } = this.principal;
    if (this.#stage !== 'open' || expiresAt === undefined || this.#askedAbout === expiresAt) return;
    if (expiresAt - now > ASK_BEFORE) return;
    this.#askedAbout = expiresAt;
    this.#send(this.#frames.tokenRequest());
  }

  /** The socket is gone. */
  disconnect(): void {
    this.#socket.expiries.forget(this);
    this.#become('gone');
    this.#entry = undefined;
    this.#session?.disconnect();
    this.#session = undefined;
  }

  leave(): void {
    this.#close('gone');
    this.#owner.gone(this);
  }

  end(error: CollaborationError): void {
    const wasOpen = this.#session !== undefined;
    this.#close('refused');
    this.#send(this.#frames.denied(error.message));
    if (wasOpen && this.#version !== undefined) this.#send(this.#frames.close(error.message));
  }

  async refresh(token: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      const principal = await this.#principalOf(token);
      if (this.#session === session) await this.#socket.collaboration.refreshToken(session.connection, principal);
      session.sayScope();
    } catch (thrown) {
      if (this.#session === session) this.#failed(thrown);
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
    else if (this.#stage !== 'refused') return this.#knockWithout(message, frame);
    return undefined;
  }

  /** Something came before a token, which may not even come. */
  #knockWithout(message: HocuspocusMessage, frame: Buffer): Promise<void> | undefined {
    if (this.#stage === 'new') {
      if (saysNothing(message)) {
        this.leave();
        return undefined;
      }
      const { principal, clock, limits, expiries } = this.#socket;
      if (principal !== undefined) {
        this.#waiting.keep(frame);
        return this.#enter(Promise.resolve(principal));
      }
      this.#stranger = new Stranger(clock.now() + limits.tokenTimeout);
      expiries.watch(this);
      this.#become('waiting');
    }
    this.#waiting.keep(frame);
    return undefined;
  }

  /** Never rejects. */
  async #enter(authenticated: Promise<Principal>): Promise<void> {
    const entry = {};
    this.#entry = entry;
    this.#become('entering');
    this.#lobby.enters();
    try {
      const principal = await authenticated;
      if (this.#entry !== entry) return;
      const session = new HocuspocusSession(this.#socket, this, this.#id, principal);
      this.#session = session;
      this.#socket.expiries.watch(this);
      await session.join(this.#documentId, this.name);
      await this.#workOff(session);
    } catch (thrown) {
      if (this.#entry === entry) this.#failed(thrown);
    } finally {
      this.#lobby.hasEntered();
    }
  }

  /** What came while the document was opened. It may close the document, or be what it is refused for. */
  async #workOff(session: HocuspocusSession): Promise<void> {
    while (this.#session === session) {
      const frame = this.#waiting.take();
      if (frame === undefined) {
        this.#become('open');
        this.#owner.opened();
        return;
      }
      await session.handle(frame);
    }
  }

  /** @throws CollaborationError as `Authenticator.authenticate` */
  async #principalOf(token: string): Promise<Principal> {
    // Providers that have no token send an empty one.
    if (token !== '') return this.#socket.authenticate(token);
    const { principal } = this.#socket;
    if (principal !== undefined) return principal;
    throw tokenMissing();
  }

  #failed(thrown: unknown): void {
    const error = this.#socket.translate(thrown);
    if (error.kind === 'unavailable') {
      this.#socket.close(error);
      return;
    }
    this.end(error);
    // Tokens are looked at for whoever asks; so often, and no more.
    this.#socket.countFault(error);
  }

  #close(stage: Stage): void {
    this.#socket.expiries.forget(this);
    this.#become(stage);
    this.#waiting.drop();
    this.#entry = undefined;
    this.#session?.leave();
    this.#session = undefined;
  }

  #become(stage: Stage): void {
    if (this.#stage === 'waiting') this.#lobby.waitsNoLonger();
    this.#stage = stage;
    if (stage === 'waiting') this.#lobby.waits();
    else this.#stranger = undefined;
  }

  #send(message: Uint8Array): void {
    this.#socket.outbox.writeOne(serverFrame(message, 'binary'));
  }
}

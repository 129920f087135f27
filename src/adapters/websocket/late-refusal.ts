import type { Timer } from '../../application/ports/clock.ts';
import type { CollaborationError } from '../../domain/errors.ts';
import type { FrameOpcode } from './framing.ts';
import { refusalFrame } from './protocols/hocuspocus/hocuspocus-protocol.ts';
import type { SocketConnection } from './socket-connection.ts';

/** Milliseconds until a client that says nothing is told in JSON. */
const PATIENCE = 1_000;

/**
 * Refuses a client whose first message shows what it understands: a Hocuspocus provider would fail at a text frame. The
 * socket is ended either way.
 */
export class LateRefusal {
  readonly #connection: SocketConnection;
  readonly #error: CollaborationError;
  readonly #timer: Timer;

  constructor(connection: SocketConnection, error: CollaborationError) {
    this.#connection = connection;
    this.#error = error;
    this.#timer = connection.clock.after(PATIENCE, () => this.#inJson());
  }

  /** The client's first message. */
  message(frame: Uint8Array, kind: FrameOpcode): void {
    this.stop();
    if (kind === 'text') {
      this.#inJson();
      return;
    }
    const refusal = refusalFrame(frame, this.#error);
    if (refusal !== undefined) this.#connection.outbox.writeOne(refusal);
    this.#connection.close(this.#error);
  }

  stop(): void {
    this.#timer.stop();
  }

  #inJson(): void {
    this.#connection.reportInJson(this.#error);
    this.#connection.close(this.#error);
  }
}

import type { FrameOpcode } from '../framing.ts';

/** What happens on a WebSocket. Nothing here throws. */
export interface WebSocketListener {
  /** One whole message; text is UTF-8. `payload` is a view, and is the listener's own. */
  message(payload: Buffer, kind: FrameOpcode): void;
  /** Was answered already. */
  ping(): void;
  pong(): void;
  /**
   * The connection is gone; nothing else follows.
   * @param code of the client's close frame, 1005 where it had none, 1006 without such a frame
   * @param cause what failed, where something did: a fault in the client's frames, or of the network
   */
  closed(code: number, cause: Error | undefined): void;
}

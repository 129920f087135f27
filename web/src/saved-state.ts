import type { ContentFrame } from './sync-frame.ts';

/**
 * `saved`: the server has stored every edit of this window on disk. `saving`: some edit is not confirmed yet and the
 * server is there. `offline`: some edit is not confirmed and there is no connection to confirm it.
 */
export type SavedMark = 'saved' | 'saving' | 'offline';

/**
 * Knows whether every edit made in this window is stored. The server sends an update back to its sender, byte for byte
 * as an Update frame, once it is on disk; nothing else counts as stored, least of all that a frame was sent.
 *
 * An edit takes one of two ways to the server, and each is confirmed by its own echo:
 * - made while connected, it leaves at once in an Update frame;
 * - made while disconnected, or sent and not confirmed when the connection broke, it is *owed*. The next handshake
 *   carries all that is owed: the server's Step1 is answered with one Step2 that holds whatever the server lacks.
 *
 * Frames may be confirmed in any order: an edit sent before the Step2 of its handshake has to wait for that Step2 on
 * the server. One ambiguity is left: an update that only deletes bears no client id, so the same deletion made by
 * somebody else in the same instant looks like the echo, a few milliseconds before it is on disk.
 */
export class SavedState {
  #connected = false;
  #owed = false;
  #unconfirmed: Uint8Array[] = [];

  get mark(): SavedMark {
    if (!this.#owed && this.#unconfirmed.length === 0) return 'saved';
    return this.#connected ? 'saving' : 'offline';
  }

  opened(): void {
    this.#connected = true;
  }

  /** What was sent may have been lost with the connection: it is owed until the next handshake carries it. */
  closed(): void {
    this.#connected = false;
    if (this.#unconfirmed.length > 0) this.#owed = true;
    this.#unconfirmed = [];
  }

  /** Call for every frame that leaves, before `edited` is told of the edit in it. */
  sent(frame: ContentFrame): void {
    switch (frame.kind) {
      case 'update':
        this.#unconfirmed.push(frame.update);
        return;
      case 'step2':
        // Where nothing is owed, the answer repeats what the server has confirmed: waiting for it would only flicker.
        if (!this.#owed) return;
        this.#owed = false;
        this.#unconfirmed.push(frame.update);
    }
  }

  /** @param update a local change, after the provider had its chance to send it */
  edited(update: Uint8Array): void {
    if (!this.#unconfirmed.some((sent) => equalBytes(sent, update))) this.#owed = true;
  }

  /** @param update the body of an Update frame from the server: an echo, or somebody else's edit */
  received(update: Uint8Array): void {
    const index = this.#unconfirmed.findIndex((sent) => equalBytes(sent, update));
    if (index >= 0) this.#unconfirmed.splice(index, 1);
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

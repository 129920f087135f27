import type { CollaborationError } from '../../domain/errors.ts';

/**
 * `busy`: nothing is integrated until `done`. The document is `readable` meanwhile while it is made ready to be edited,
 * not so while it is read from its log: because it was let go of, or because an update did not integrate.
 */
type State =
  | { readonly kind: 'ready' }
  | { readonly kind: 'busy'; readonly done: Promise<void>; readonly content: 'readable' | 'unreadable' }
  | { readonly kind: 'closed'; readonly why: CollaborationError };

/** Whether a room integrates, waits for something, or is closed for good. */
export class RoomActivity {
  readonly #over: () => void;
  readonly #failed: (cause: unknown) => void;
  #state: State = { kind: 'ready' };

  /**
   * @param over called when what was waited for is done, and the room was not closed meanwhile
   * @param failed called with why, when it is not
   */
  constructor(over: () => void, failed: (cause: unknown) => void) {
    this.#over = over;
    this.#failed = failed;
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready';
  }

  get isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  /** What is waited for. It never rejects. */
  get busy(): Promise<void> | undefined {
    return this.#state.kind === 'busy' ? this.#state.done : undefined;
  }

  /** Whether what is in memory is what everyone was told, and no half of an update. */
  get isWhole(): boolean {
    return this.isReady || (this.#state.kind === 'busy' && this.#state.content === 'readable');
  }

  /** @throws CollaborationError why the room was closed */
  checkOpen(): void {
    if (this.#state.kind === 'closed') throw this.#state.why;
  }

  /** Nothing is integrated until `work` is done. The promise never rejects. */
  wait(work: Promise<void>, content: 'readable' | 'unreadable'): Promise<void> {
    const done = work.then(
      () => {
        if (this.#state.kind !== 'busy') return;
        this.#state = { kind: 'ready' };
        this.#over();
      },
      (cause: unknown) => this.#failed(cause),
    );
    this.#state = { kind: 'busy', done, content };
    return done;
  }

  /** What is waited for has gone wrong, and takes the document apart. */
  spoil(): void {
    if (this.#state.kind === 'busy') this.#state = { ...this.#state, content: 'unreadable' };
  }

  close(why: CollaborationError): void {
    this.#state = { kind: 'closed', why };
  }
}

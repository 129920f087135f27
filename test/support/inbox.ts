/** How long a test waits for what must come, in milliseconds: long enough for a busy machine. */
const DEADLINE = 8_000;

interface Waiting<Message> {
  readonly matches: (message: Message) => boolean;
  resolve(message: Message): void;
  reject(cause: Error): void;
}

/** What a client received and the test has not looked at yet. */
export class Inbox<Message> {
  readonly #unread: Message[] = [];
  readonly #waiting = new Set<Waiting<Message>>();
  #ended: string | undefined;

  get unread(): readonly Message[] {
    return this.#unread;
  }

  push(message: Message): void {
    for (const waiting of this.#waiting) {
      if (!waiting.matches(message)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(message);
      return;
    }
    this.#unread.push(message);
  }

  /** Nothing will come any more. */
  end(why: string): void {
    this.#ended = why;
    for (const waiting of this.#waiting) waiting.reject(new Error(`${why}; ${this.#describe()}`));
    this.#waiting.clear();
  }

  /** The first unread message that matches, or the next one to come; the others stay unread. */
  take(what: string, matches: (message: Message) => boolean): Promise<Message> {
    const at = this.#unread.findIndex(matches);
    if (at >= 0) return Promise.resolve(...(this.#unread.splice(at, 1) as [Message]));
    if (this.#ended !== undefined) return Promise.reject(new Error(`No ${what}: ${this.#ended}`));
    return withDeadline(
      () => `No ${what} came; ${this.#describe()}`,
      (resolve, reject) => this.#waiting.add({ matches, resolve, reject }),
    );
  }

  #describe(): string {
    return `unread: ${JSON.stringify(this.#unread.slice(0, 20))}`.slice(0, 2_000);
  }
}

/** A promise that rejects where nothing settles it in time. */
export function withDeadline<Value>(
  why: () => string,
  start: (resolve: (value: Value) => void, reject: (cause: Error) => void) => void,
): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(why())), DEADLINE);
    const settle = () => clearTimeout(deadline);
    start(
      (value) => {
        settle();
        resolve(value);
      },
      (cause) => {
        settle();
        reject(cause);
      },
    );
  });
}

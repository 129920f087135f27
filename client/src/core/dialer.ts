import { type Random, retryDelay } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import { ProviderError } from './provider-error.ts';

/** A connection that was open so long, in milliseconds, ends a row of failures. */
const STEADY = 5_000;

/** What a server takes as a proof of who connects; a function is asked before each connection. */
export type Token = string | (() => string | Promise<string>);

export interface DialerOptions {
  readonly token: Token | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds. */
  readonly maxBackoff: number;
  /** Told when the dialer sets out. */
  readonly starts: () => void;
  /** Told when it has a token. */
  readonly dial: (token: string | undefined) => void;
  readonly failed: (error: ProviderError) => void;
}

type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking for a token' }
  | { readonly kind: 'dialled' }
  | { readonly kind: 'open'; readonly since: number }
  | { readonly kind: 'waiting'; readonly timer: Timer };

/** Decides when to connect: asks for the token, and after a failure waits and tries again. */
export class Dialer {
  readonly #options: DialerOptions;
  #phase: Phase = { kind: 'idle' };
  #failures = 0;
  #freshToken: 'may be asked for' | 'was asked for' = 'may be asked for';

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Whether it is connected or tries to be. */
  get isOn(): boolean {
    return this.#phase.kind !== 'idle';
  }

  /** Connects now, unless it is connected or about to. */
  start(): void {
    if (this.#phase.kind !== 'idle' && this.#phase.kind !== 'waiting') return;
    this.stop();
    void this.#dial();
  }

  stop(): void {
    if (this.#phase.kind === 'waiting') this.#phase.timer.stop();
    this.#phase = { kind: 'idle' };
  }

  /** Cuts a wait short: the network is back. */
  hurry(): void {
    if (this.#phase.kind === 'waiting') this.start();
  }

  /** The server has let the client in. */
  opened(): void {
    this.#phase = { kind: 'open', since: this.#options.clock.now() };
  }

  /** The connection broke. */
  lost(): void {
    this.#forgiveIfSteady();
    this.#wait();
  }

  /**
   * The server does not want this client. A token may have expired, so a token function is asked anew, once.
   * @returns what becomes of it
   */
  rejected(error: ProviderError): 'dials again' | 'stops' {
    this.#forgiveIfSteady();
    const isOld = error.kind === 'unauthenticated' && typeof this.#options.token === 'function';
    if (isOld && this.#freshToken === 'may be asked for') {
      this.#freshToken = 'was asked for';
      void this.#dial();
      return 'dials again';
    }
    this.#freshToken = 'may be asked for';
    this.#phase = { kind: 'idle' };
    return 'stops';
  }

  async #dial(): Promise<void> {
    const phase: Phase = { kind: 'asking for a token' };
    this.#phase = phase;
    this.#options.starts();
    const token = await this.#askForToken();
    if (this.#phase !== phase) return;
    if (token instanceof ProviderError) {
      this.#wait();
      this.#options.failed(token);
    } else {
      this.#phase = { kind: 'dialled' };
      this.#options.dial(token);
    }
  }

  async #askForToken(): Promise<string | undefined | ProviderError> {
    const { token } = this.#options;
    if (typeof token !== 'function') return token;
    try {
      return await token();
    } catch (cause) {
      return new ProviderError('token', 'retries', 'The token function failed.', cause);
    }
  }

  #wait(): void {
    const { clock, random, maxBackoff } = this.#options;
    const delay = retryDelay(this.#failures, maxBackoff, random);
    this.#failures++;
    this.#phase = { kind: 'waiting', timer: clock.after(delay, () => void this.#dial()) };
  }

  #forgiveIfSteady(): void {
    if (this.#phase.kind !== 'open' || this.#options.clock.now() - this.#phase.since < STEADY) return;
    this.#failures = 0;
    this.#freshToken = 'may be asked for';
  }
}

import { createHmac } from 'node:crypto';
import type { Clock } from '../../../application/ports/clock.ts';
import { refusal } from '../shared/refusal.ts';
import { type Decision, decisionIn, type Question, REFUSED } from './decision.ts';
import { readBounded } from './read-bounded.ts';

export interface WebhookOptions {
  readonly url: URL;
  /** Signs what is sent; none: it is not signed. */
  readonly secret: string | undefined;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** HMAC-SHA256 of the body with the shared secret, in hexadecimal behind `sha256=`. */
const SIGNATURE = 'x-collaboration-signature';

const MAX_ANSWER_BYTES = 64 * 1024;

/** The request that decides what somebody may do with a document. */
export class Webhook {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /**
   * @throws CollaborationError `unauthenticated` when the answer is 401 · Error when there is no answer, or one that is
   * not understood
   */
  async ask(question: Question): Promise<Decision> {
    const { url, timeout, clock } = this.#options;
    const body = JSON.stringify({ ...question, time: clock.now() });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...this.#signature(body) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    // Read in any case: the connection can be used again.
    const answer = await readBounded(response, MAX_ANSWER_BYTES);
    if (response.status === 401) throw refusal('The token is not accepted.');
    if (response.status === 403) return REFUSED;
    if (response.status !== 200) throw new Error(`The webhook answered with ${response.status}.`);
    return decisionIn(answer);
  }

  #signature(body: string): Record<string, string> {
    const { secret } = this.#options;
    if (secret === undefined) return {};
    return { [SIGNATURE]: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
  }
}

import type { Access, Principal } from '../../../application/ports/authenticator.ts';
import type { TokenJudge } from '../shared/token-authenticator.ts';
import type { Decisions } from './decisions.ts';
import { type Bearer, WebhookPrincipal } from './webhook-principal.ts';

/** Finds out whose a token is, before the webhook is asked. */
interface Verifier {
  /** @throws CollaborationError `unauthenticated` · `unavailable` */
  verify(token: string): Promise<Bearer['known']>;
}

export interface WebhookJudgeOptions {
  readonly decisions: Decisions;
  /** None: the webhook alone knows what a token is. */
  readonly verifier: Verifier | undefined;
  /** What those without a token may do at most. */
  readonly anonymous: Access;
}

/** Asks the webhook what somebody may do, instead of believing the token. */
export class WebhookJudge implements TokenJudge {
  readonly #options: WebhookJudgeOptions;

  constructor(options: WebhookJudgeOptions) {
    this.#options = options;
  }

  async judge(token: string, remoteAddress: string | undefined): Promise<Principal> {
    const { verifier, decisions } = this.#options;
    const known = verifier === undefined ? {} : await verifier.verify(token);
    return new WebhookPrincipal({ token, remoteAddress, known, most: 'delete' }, decisions);
  }

  anonymous(remoteAddress: string | undefined): Principal {
    const { decisions, anonymous } = this.#options;
    return new WebhookPrincipal({ token: undefined, remoteAddress, known: {}, most: anonymous }, decisions);
  }
}

import type { Access, Authenticator, Credentials, Principal } from '../../../application/ports/authenticator.ts';
import { refusal } from './refusal.ts';

/** Finds out who shows a token. */
export interface TokenJudge {
  /** @throws CollaborationError `unauthenticated` · `unavailable` */
  judge(token: string, remoteAddress: string | undefined): Promise<Principal>;
  /** Whom somebody without a token is taken for. */
  anonymous(remoteAddress: string | undefined): Principal;
}

export interface TokenAuthenticatorOptions {
  readonly judge: TokenJudge;
  /** What those without a token may do at most. */
  readonly anonymous: Access;
  readonly maxTokenBytes: number;
}

/** Asks everybody for a token, unless those without one may do something too. */
export class TokenAuthenticator implements Authenticator {
  readonly demands: Authenticator['demands'];
  readonly #options: TokenAuthenticatorOptions;

  constructor(options: TokenAuthenticatorOptions) {
    this.#options = options;
    this.demands = options.anonymous === 'none' ? 'a token' : 'nothing';
  }

  async authenticate({ token, remoteAddress }: Credentials): Promise<Principal> {
    const { judge, anonymous, maxTokenBytes } = this.#options;
    if (token === undefined || token === '') {
      if (anonymous === 'none') throw refusal('This server asks for a token, and none came.');
      return judge.anonymous(remoteAddress);
    }
    // Before anything else looks at it.
    if (token.length > maxTokenBytes || Buffer.byteLength(token) > maxTokenBytes) {
      throw refusal(`A token may have ${maxTokenBytes} bytes.`);
    }
    return judge.judge(token, remoteAddress);
  }
}

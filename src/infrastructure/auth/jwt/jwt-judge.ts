import type { Access, Principal } from '../../../application/ports/authenticator.ts';
import { AnonymousPrincipal } from '../shared/anonymous-principal.ts';
import type { TokenJudge } from '../shared/token-authenticator.ts';
import { JwtPrincipal } from './jwt-principal.ts';
import type { JwtVerifier } from './jwt-verifier.ts';

export interface JwtJudgeOptions {
  readonly verifier: JwtVerifier;
  /** What a token may do that says nothing of grants. */
  readonly withoutGrants: Access;
  /** What those without a token may do. */
  readonly anonymous: Access;
}

/** Believes what a signed token says. */
export class JwtJudge implements TokenJudge {
  readonly #options: JwtJudgeOptions;

  constructor(options: JwtJudgeOptions) {
    this.#options = options;
  }

  async judge(token: string): Promise<Principal> {
    const { verifier, withoutGrants } = this.#options;
    return new JwtPrincipal(await verifier.verify(token), withoutGrants);
  }

  anonymous(): Principal {
    return new AnonymousPrincipal(this.#options.anonymous);
  }
}

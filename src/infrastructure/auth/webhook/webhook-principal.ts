import { type Access, includes, type Principal } from '../../../application/ports/authenticator.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { ANONYMOUS } from '../shared/anonymous-principal.ts';
import type { Decision } from './decision.ts';
import type { Decisions } from './decisions.ts';

export interface Bearer {
  readonly token: string | undefined;
  readonly remoteAddress: string | undefined;
  /** What is known without the webhook: from the token, where the server can verify it. */
  readonly known: Partial<Pick<Principal, 'subject' | 'name' | 'color' | 'expiresAt'>>;
  /** No decision gives more. */
  readonly most: Access;
}

/** Whom the webhook decides about, document by document. It may say who that is, and until when that is true. */
export class WebhookPrincipal implements Principal {
  readonly #bearer: Bearer;
  readonly #decisions: Decisions;
  #subject: string | undefined;
  #name: string | undefined;
  #color: string | undefined;
  #expiresAt: number | undefined;

  constructor(bearer: Bearer, decisions: Decisions) {
    this.#bearer = bearer;
    this.#decisions = decisions;
    this.#subject = bearer.known.subject;
    this.#name = bearer.known.name;
    this.#color = bearer.known.color;
    this.#expiresAt = bearer.known.expiresAt;
  }

  get subject(): string {
    return this.#subject ?? ANONYMOUS;
  }

  get name(): string | undefined {
    return this.#name;
  }

  get color(): string | undefined {
    return this.#color;
  }

  get expiresAt(): number | undefined {
    return this.#expiresAt;
  }

  async accessTo(documentId: DocumentId): Promise<Access> {
    const { token, remoteAddress, known, most } = this.#bearer;
    const { subject, name } = known;
    const question = { token, document: documentId.value, subject, name, remoteAddress };
    const decision = await this.#decisions.decide(question);
    if (decision.access === 'none') return 'none';
    this.#learn(decision);
    return includes(most, decision.access) ? decision.access : most;
  }

  /** One connection is one person: sessions that it has already bear the subject. */
  #learn({ subject, name, color, expiresAt }: Decision): void {
    if (subject !== undefined && this.#subject !== undefined && subject !== this.#subject) {
      throw new CollaborationError(
        'forbidden',
        'In this document you are somebody else; open a new connection for it.',
      );
    }
    this.#subject ??= subject;
    this.#name = name ?? this.#name;
    this.#color = color ?? this.#color;
    if (expiresAt !== undefined) this.#expiresAt = Math.min(expiresAt, this.#expiresAt ?? expiresAt);
  }
}

import { checkedId } from './identifier.ts';

/** A client (one editor, tab or service) as it names itself, or as the server names it: 1-256 characters. */
export class ClientId {
  readonly value: string;

  private constructor(value: string) {
    this.value = value;
  }

  /** The only door to a ClientId. @throws CollaborationError `invalid` */
  static parse(raw: unknown): ClientId {
    return new ClientId(checkedId('client id', raw));
  }

  toString(): string {
    return this.value;
  }
}

import { checkedId } from './identifier.ts';

const EMAIL = /^([^\s@]+)@([^\s@]+\.[^\s@]+)$/;

/** The user behind a client, often an e-mail address: 1-256 characters. */
export class UserId {
  readonly value: string;

  private constructor(value: string) {
    this.value = value;
  }

  /** The only door to a UserId. @throws CollaborationError `invalid` */
  static parse(raw: unknown): UserId {
    return new UserId(checkedId('user id', raw));
  }

  get isEmailFormat(): boolean {
    return this.domain !== undefined;
  }

  /** The part behind the `@` of an e-mail address; none where the id is no e-mail address. */
  get domain(): string | undefined {
    return this.value.includes('@') ? EMAIL.exec(this.value)?.[2] : undefined;
  }

  /** The part before the `@` of an e-mail address, else the whole id. */
  get username(): string {
    return this.value.includes('@') ? (EMAIL.exec(this.value)?.[1] ?? this.value) : this.value;
  }

  toString(): string {
    return this.value;
  }
}

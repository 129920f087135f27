import { checkedId } from './identifier.ts';

/** The name of a document: a path such as `team/notes`, 1-256 characters, no control characters. */
export class DocumentId {
  readonly value: string;

  private constructor(value: string) {
    this.value = value;
  }

  /** The only door to a DocumentId. @throws CollaborationError `invalid` */
  static parse(raw: unknown): DocumentId {
    return new DocumentId(checkedId('document id', raw));
  }

  /** A document at the top: its path has no parent. */
  get isRoot(): boolean {
    return this.parent === undefined;
  }

  /** The path without its last segment; none for a root. */
  get parent(): DocumentId | undefined {
    const path = withoutTrailingSlash(this.value);
    const cut = path.lastIndexOf('/');
    const parent = cut > 0 ? path.slice(0, cut).trim() : '';
    return parent === '' ? undefined : new DocumentId(parent);
  }

  /** The last segment of the path. */
  get name(): string {
    const path = withoutTrailingSlash(this.value);
    return path.slice(path.lastIndexOf('/') + 1);
  }

  toString(): string {
    return this.value;
  }
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

import type { CollaborationSession } from '../../../domain/entities/collaboration-session.ts';

/** One session is by far the most common case, and an idle connection should not cost a map. */
type Group = CollaborationSession | Map<string, CollaborationSession>;

/** Sessions by one of their ids, in the order they were added. */
export class SessionIndex {
  readonly #key: (session: CollaborationSession) => string;
  readonly #groups = new Map<string, Group>();

  constructor(key: (session: CollaborationSession) => string) {
    this.#key = key;
  }

  get(key: string): CollaborationSession[] {
    const group = this.#groups.get(key);
    if (group === undefined) return [];
    return group instanceof Map ? [...group.values()] : [group];
  }

  add(session: CollaborationSession): void {
    const key = this.#key(session);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, session);
    else if (group instanceof Map) group.set(session.sessionId, session);
    else this.#groups.set(key, new Map([group, session].map((each) => [each.sessionId, each])));
  }

  remove(session: CollaborationSession): void {
    const key = this.#key(session);
    const group = this.#groups.get(key);
    if (group instanceof Map) {
      group.delete(session.sessionId);
      if (group.size === 0) this.#groups.delete(key);
    } else if (group?.sessionId === session.sessionId) {
      this.#groups.delete(key);
    }
  }
}

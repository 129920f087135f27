import type { CollaborationSession } from '../../../domain/entities/collaboration-session.ts';

/** Sessions by one of their ids, in the order they were added. */
export class SessionIndex {
  readonly #key: (session: CollaborationSession) => string;
  readonly #sessions = new Map<string, Map<string, CollaborationSession>>();

  constructor(key: (session: CollaborationSession) => string) {
    this.#key = key;
  }

  get(key: string): CollaborationSession[] {
    return [...(this.#sessions.get(key)?.values() ?? [])];
  }

  add(session: CollaborationSession): void {
    const key = this.#key(session);
    const group = this.#sessions.get(key);
    if (group === undefined) this.#sessions.set(key, new Map([[session.sessionId, session]]));
    else group.set(session.sessionId, session);
  }

  remove(session: CollaborationSession): void {
    const key = this.#key(session);
    const group = this.#sessions.get(key);
    if (group?.delete(session.sessionId) === true && group.size === 0) this.#sessions.delete(key);
  }
}

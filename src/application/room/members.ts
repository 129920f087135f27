import type { RoomBatch } from './room-batch.ts';
import type { RoomMember } from './room-member.ts';

/** Who is in a room. */
export class Members {
  readonly #bySession = new Map<string, RoomMember>();

  get size(): number {
    return this.#bySession.size;
  }

  get all(): readonly RoomMember[] {
    return [...this.#bySession.values()];
  }

  add(member: RoomMember): void {
    this.#bySession.set(member.session.sessionId, member);
  }

  remove(member: RoomMember): void {
    this.#bySession.delete(member.session.sessionId);
  }

  bySession(sessionId: string): RoomMember | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Whether another session of the same client is here: it came back while its old connection lingers. */
  hasClientBeside(member: RoomMember): boolean {
    const clientId = member.session.clientId.value;
    for (const other of this.#bySession.values()) {
      if (other !== member && other.session.identity === 'named' && other.session.clientId.value === clientId)
        return true;
    }
    return false;
  }

  deliver(batch: RoomBatch): void {
    for (const member of this.#bySession.values()) member.sink.deliver(batch, member);
  }
}

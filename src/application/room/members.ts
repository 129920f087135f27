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

  deliver(batch: RoomBatch): void {
    for (const member of this.#bySession.values()) member.sink.deliver(batch, member);
  }
}

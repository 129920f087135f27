import type { Principal } from '../ports/authenticator.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { AcknowledgementQueue } from './acknowledgements.ts';

/** What the connection may still send and open; see `Allowance`. */
interface Allowed {
  count(bytes: number): Promise<void> | undefined;
  join(): Promise<void> | undefined;
  request(): Promise<void> | undefined;
}

const UNLIMITED: Allowed = { count: () => undefined, join: () => undefined, request: () => undefined };

/** One socket or stream, and the sessions it has. */
export class ClientConnection {
  /** For the log. */
  readonly id: string;
  /** Replaced by that of a newer token. */
  principal: Principal;
  readonly acknowledgements: AcknowledgementQueue;
  readonly allowance: Allowed;
  readonly #members = new Map<string, RoomMember>();
  #state: 'open' | 'ended' = 'open';

  constructor(id: string, principal: Principal, acknowledgements: AcknowledgementQueue, allowance = UNLIMITED) {
    this.id = id;
    this.principal = principal;
    this.acknowledgements = acknowledgements;
    this.allowance = allowance;
  }

  /** Its transport is gone: a join that is still under way must not leave a session behind. */
  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  end(): void {
    this.#state = 'ended';
  }

  get members(): readonly RoomMember[] {
    return [...this.#members.values()];
  }

  get sessionCount(): number {
    return this.#members.size;
  }

  member(documentId: string, clientId: string): RoomMember | undefined {
    return this.#members.get(key(documentId, clientId));
  }

  add(member: RoomMember): void {
    this.#members.set(key(member.session.documentId.value, member.session.clientId.value), member);
  }

  remove(member: RoomMember): void {
    this.#members.delete(key(member.session.documentId.value, member.session.clientId.value));
  }
}

/** Ids hold no control characters, so two pairs never make one key. */
function key(documentId: string, clientId: string): string {
  return `${documentId}\u0000${clientId}`;
}

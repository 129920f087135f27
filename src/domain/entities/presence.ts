import type { AwarenessEntry } from '../codecs/awareness.ts';
import { CollaborationError } from '../errors.ts';
import { mergedState, NO_STATE, type PresenceChange, userInfoOf } from './presence-state.ts';

interface Holder {
  readonly sessionId: string;
  /** `provider`: a Yjs clientID that came over the wire; `server`: one given to a gRPC or JSON session. */
  readonly clock: 'provider' | 'server';
}

interface Held extends Holder {
  change: PresenceChange;
}

/** How many ended states are remembered; what is sent on late is sent on within a second. */
const MAX_ENDED = 1_000;

/**
 * Who is in a document and what they show: one state per Yjs clientID, each held by the session that brought it last.
 * Only its holder can end a state: another client's time-out or malice cannot remove it.
 */
export class Presence {
  readonly #held = new Map<number, Held>();
  /** The Yjs clientID and the last clock given to a session; kept while it shows nothing, for clocks only rise. */
  readonly #given = new Map<string, { readonly yjsClientId: number; clock: number }>();
  /** The Yjs clientID that a provider's session speaks for itself under; others it only sends on. */
  readonly #own = new Map<string, number>();
  /** The last clock of clients whose state has ended, the latest ones last. */
  readonly #endedAt = new Map<number, number>();
  readonly #maxStatesPerSession: number;
  readonly #randomClientId: () => number;

  constructor(maxStatesPerSession: number, randomClientId: () => number) {
    this.#maxStatesPerSession = maxStatesPerSession;
    this.#randomClientId = randomClientId;
  }

  /** Every state there is. */
  get states(): readonly PresenceChange[] {
    return Array.from(this.#held.values(), (held) => held.change);
  }

  /** Every state but those that the session itself shows. */
  statesBeside(sessionId: string): readonly PresenceChange[] {
    return Array.from(this.#held.values())
      .filter((held) => held.sessionId !== sessionId)
      .map((held) => held.change);
  }

  /**
   * Takes in a y-protocols awareness update; answers what it changed. Stale clocks change nothing.
   * @throws CollaborationError `too-large` when the session would hold more states than one client may.
   */
  applyEntries(sessionId: string, entries: readonly AwarenessEntry[]): readonly PresenceChange[] {
    this.#checkCount(sessionId, entries);
    this.#noteOwn(sessionId, entries);
    const changes: PresenceChange[] = [];
    // One after the other: an update may name a client twice.
    for (const entry of entries) {
      if (!this.#accepts(sessionId, entry)) continue;
      changes.push(this.#put({ sessionId, clock: 'provider' }, providerChange(entry)));
    }
    return changes;
  }

  /**
   * Sets the state of a gRPC or JSON session, under a Yjs clientID that the server gives it.
   * @throws CollaborationError `invalid` when it is no JSON object.
   */
  setState(sessionId: string, clientId: string, awarenessState: string, userInfo: string): readonly PresenceChange[] {
    const state = mergedState(awarenessState, userInfo);
    const given = this.#given.get(sessionId) ?? (state === NO_STATE ? undefined : this.#give(sessionId));
    if (given === undefined) return [];
    given.clock++;
    const { yjsClientId, clock } = given;
    const shown = userInfo === '' ? userInfoOf(state) : userInfo;
    const change = { clientId, yjsClientId, clock, state, userInfo: shown, awarenessState };
    return [this.#put({ sessionId, clock: 'server' }, change)];
  }

  /** Ends every state that the session holds. */
  removeSession(sessionId: string): readonly PresenceChange[] {
    const held = Array.from(this.#held.values()).filter((each) => each.sessionId === sessionId);
    this.#given.delete(sessionId);
    this.#own.delete(sessionId);
    return held.map((each) => this.#put(each, ended(each)));
  }

  /**
   * States with a clock of the server's own, renewed: y-protocols clients drop a state that was not renewed for 30 s.
   */
  renew(): readonly { readonly sessionId: string; readonly changes: readonly PresenceChange[] }[] {
    return Array.from(this.#given, ([sessionId, given]) => {
      const held = this.#held.get(given.yjsClientId);
      if (held === undefined) return [];
      given.clock++;
      const change = this.#put({ sessionId, clock: 'server' }, { ...held.change, clock: given.clock });
      return [{ sessionId, changes: [change] }];
    }).flat();
  }

  #checkCount(sessionId: string, entries: readonly AwarenessEntry[]): void {
    const news = entries.filter((entry) => entry.state !== NO_STATE && this.#accepts(sessionId, entry));
    const added = new Set(news.map(({ clientId }) => clientId).filter((id) => !this.#isHeldBy(sessionId, id))).size;
    if (added > 0 && this.#countOf(sessionId) + added > this.#maxStatesPerSession) {
      throw new CollaborationError('too-large', `A client may show ${this.#maxStatesPerSession} awareness states.`);
    }
  }

  /** The rule of y-protocols (awareness.js, applyAwarenessUpdate), and who may apply it. */
  #accepts(sessionId: string, entry: AwarenessEntry): boolean {
    const held = this.#held.get(entry.clientId);
    if (held === undefined) return entry.state !== NO_STATE && this.#isNotOver(sessionId, entry);
    if (held.sessionId === sessionId) {
      return entry.clock > held.change.clock || (entry.clock === held.change.clock && entry.state === NO_STATE);
    }
    if (held.clock === 'server') return false;
    // Whoever sends a state on may be faster than its own client, which then takes it back.
    if (this.#own.get(sessionId) === entry.clientId) return entry.clock >= held.change.clock;
    // A client that reconnects takes its state along, with its next change. An equal clock moves nothing: y-websocket
    // providers send on every state that they hear of.
    return entry.state !== NO_STATE && entry.clock > held.change.clock;
  }

  /** A provider's first message is of itself alone, unless it has nothing to show and sends on what somebody holds. */
  #noteOwn(sessionId: string, entries: readonly AwarenessEntry[]): void {
    const [only] = entries;
    if (only === undefined || entries.length > 1 || this.#own.has(sessionId)) return;
    const holder = this.#held.get(only.clientId)?.sessionId ?? sessionId;
    if (holder === sessionId) this.#own.set(sessionId, only.clientId);
  }

  /**
   * A provider may still send on the last state of a client that has just left. At the clock with which it ended, a
   * state comes back only with a session that shows nothing yet: a client that reconnects.
   */
  #isNotOver(sessionId: string, { clientId, clock }: AwarenessEntry): boolean {
    const endedAt = this.#endedAt.get(clientId);
    return endedAt === undefined || clock > endedAt || (clock === endedAt && this.#countOf(sessionId) === 0);
  }

  #isHeldBy(sessionId: string, yjsClientId: number): boolean {
    return this.#held.get(yjsClientId)?.sessionId === sessionId;
  }

  #countOf(sessionId: string): number {
    let count = 0;
    for (const held of this.#held.values()) if (held.sessionId === sessionId) count++;
    return count;
  }

  #put(holder: Holder, change: PresenceChange): PresenceChange {
    if (change.state === NO_STATE) this.#end(change);
    else this.#held.set(change.yjsClientId, { sessionId: holder.sessionId, clock: holder.clock, change });
    return change;
  }

  #end({ yjsClientId, clock }: PresenceChange): void {
    this.#held.delete(yjsClientId);
    this.#endedAt.delete(yjsClientId);
    this.#endedAt.set(yjsClientId, clock);
    if (this.#endedAt.size <= MAX_ENDED) return;
    for (const oldest of this.#endedAt.keys()) {
      this.#endedAt.delete(oldest);
      return;
    }
  }

  #give(sessionId: string): { readonly yjsClientId: number; clock: number } {
    let yjsClientId = this.#randomClientId();
    while (this.#held.has(yjsClientId) || this.#endedAt.has(yjsClientId)) yjsClientId = this.#randomClientId();
    const given = { yjsClientId, clock: 0 };
    this.#given.set(sessionId, given);
    return given;
  }
}

function providerChange(entry: AwarenessEntry): PresenceChange {
  const { clientId: yjsClientId, clock, state } = entry;
  const userInfo = userInfoOf(state);
  return { clientId: String(yjsClientId), yjsClientId, clock, state, userInfo, awarenessState: state };
}

/** A provider's clock is its own: raising it would make others refuse the state when the client comes back with it. */
function ended(held: Held): PresenceChange {
  const clock = held.clock === 'server' ? held.change.clock + 1 : held.change.clock;
  return { ...held.change, clock, state: NO_STATE, awarenessState: NO_STATE };
}

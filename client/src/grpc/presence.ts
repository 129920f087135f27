import * as encoding from 'lib0/encoding';
import * as random from 'lib0/random';
import type { Awareness } from 'y-protocols/awareness';
import type { AwarenessUpdate } from './messages.ts';

const NO_STATE = 'null';

/**
 * Others' states, which come over gRPC as JSON under ids that are any text, as y-protocols states under numbers. An id
 * that is the number of a Yjs client keeps it; any other gets a random one here.
 */
export class RemotePresence {
  readonly #awareness: Awareness;
  readonly #own: string;
  readonly #numbers = new Map<string, number>();

  constructor(awareness: Awareness, ownId: string) {
    this.#awareness = awareness;
    this.#own = ownId;
  }

  /** @returns a y-protocols awareness update; none where there is nothing to learn */
  translate(message: AwarenessUpdate): Uint8Array | undefined {
    // An earlier session of this client, which the server has not ended yet.
    if (message.client_id === this.#own) return undefined;
    const state = stateOf(message);
    if (state === undefined) return undefined;
    const client = this.#numberOf(message.client_id);
    const clock = (this.#awareness.meta.get(client)?.clock ?? 0) + 1;
    if (state === NO_STATE) this.#numbers.delete(message.client_id);
    const encoder = encoding.createEncoder();
    for (const each of [1, client, clock]) encoding.writeVarUint(encoder, each);
    encoding.writeVarString(encoder, state);
    return encoding.toUint8Array(encoder);
  }

  /** gRPC tells of a state once, and of its end; y-protocols drops one that it has not heard of for 30 s. */
  keep(): void {
    const now = Date.now();
    const { meta, states, clientID } = this.#awareness;
    for (const client of states.keys()) {
      const known = meta.get(client);
      if (client !== clientID && known !== undefined) meta.set(client, { ...known, lastUpdated: now });
    }
  }

  #numberOf(id: string): number {
    const known = this.#numbers.get(id) ?? (yjsClientOf(id, this.#awareness.clientID) || this.#freeNumber());
    this.#numbers.set(id, known);
    return known;
  }

  #freeNumber(): number {
    let number = random.uint32();
    while (this.#awareness.meta.has(number) || number === this.#awareness.clientID) number = random.uint32();
    return number;
  }
}

/** What is sent of one's own state. */
export function ownPresence(awareness: Awareness, clientId: string): AwarenessUpdate {
  const state = awareness.getLocalState();
  return {
    client_id: clientId,
    user_info: JSON.stringify(state?.user ?? {}),
    awareness_state: state === null ? NO_STATE : JSON.stringify(state),
  };
}

/** The state as JSON, with `user` from `user_info` where it has none itself; nothing where it is no object. */
function stateOf({ awareness_state, user_info }: AwarenessUpdate): string | undefined {
  const state = parsed(awareness_state);
  if (state === null) return NO_STATE;
  if (typeof state !== 'object') return undefined;
  if ('user' in state) return awareness_state;
  const user = parsed(user_info);
  return JSON.stringify(typeof user === 'object' && user !== null ? { ...state, user } : state);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** @returns 0 where the id is no number of another Yjs client */
function yjsClientOf(id: string, own: number): number {
  const number = /^[1-9]\d{0,15}$/.test(id) ? Number(id) : 0;
  return Number.isSafeInteger(number) && number !== own ? number : 0;
}

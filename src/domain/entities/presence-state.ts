import { parseJson } from '../codecs/json.ts';
import { CollaborationError } from '../errors.ts';

/** What one client shows of itself, in the forms that the doors need (contract: "Presence across the doors"). */
export interface PresenceChange {
  /** The name towards gRPC and JSON clients: the session's client id, or the decimal Yjs clientID of a provider. */
  readonly clientId: string;
  /** The Yjs clientID towards binary providers: uint32 where the server gave it. */
  readonly yjsClientId: number;
  /** y-protocols clock; rises with each change. */
  readonly clock: number;
  /** JSON text of the whole state, an object; `null` in JSON spelling when it has ended. */
  readonly state: string;
  /** JSON text of the user, as gRPC clients send and get it. */
  readonly userInfo: string;
  /** JSON text of the state as a gRPC client sent it; for all others the same as `state`. */
  readonly awarenessState: string;
}

export const NO_STATE = 'null';

/**
 * The state that a gRPC or JSON client sent: the parsed `awareness_state`, with `user` from `user_info` where it has
 * none.
 * @throws CollaborationError `invalid` when either is no JSON, the state no object or `null`, or the user no object.
 */
export function mergedState(awarenessState: string, userInfo: string): string {
  const state = parseObject('awareness_state', awarenessState);
  const user = userInfo === '' ? null : parseObject('user_info', userInfo);
  if (state === null) return NO_STATE;
  return user === null || 'user' in state ? awarenessState : JSON.stringify({ ...state, user });
}

/** JSON text of a state's `user`, or `{}` where it has none. `state` must be valid JSON. */
export function userInfoOf(state: string): string {
  const user = (JSON.parse(state) as { readonly user?: unknown } | null)?.user;
  return typeof user === 'object' && user !== null ? JSON.stringify(user) : '{}';
}

function parseObject(what: string, json: string): object | null {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    throw new CollaborationError('invalid', `${what} is no JSON, or nested too deeply.`, cause);
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new CollaborationError('invalid', `${what} must be a JSON object or null.`);
  }
  return value;
}

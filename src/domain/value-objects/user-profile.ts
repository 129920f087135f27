import { CollaborationError } from '../errors.ts';
import { UserId } from './user-id.ts';

/** What others see of a user. */
export interface UserProfile {
  readonly userId: UserId;
  readonly userName: string;
  /** A CSS colour. */
  readonly userColor: string;
  readonly userMetadata: Readonly<Record<string, string>>;
}

/** Bounds on what a client says about its user, in UTF-16 code units and entries. */
export interface ProfileLimits {
  readonly maxNameLength: number;
  readonly maxMetadataEntries: number;
  readonly maxMetadataLength: number;
}

export interface RawProfile {
  readonly userId: unknown;
  readonly userName?: unknown;
  readonly userColor?: unknown;
  readonly userMetadata?: unknown;
}

/**
 * Checks what a client said about its user. A missing name becomes the user id's `username`, a missing colour one
 * that is the same on every node.
 * @throws CollaborationError `invalid`
 */
export function parseProfile(raw: RawProfile, limits: ProfileLimits): UserProfile {
  const userId = UserId.parse(raw.userId);
  const userName = shortText('user name', raw.userName, limits.maxNameLength) || userId.username;
  const userColor = shortText('user colour', raw.userColor, limits.maxNameLength) || colourOf(userId.value);
  return { userId, userName, userColor, userMetadata: parseMetadata(raw.userMetadata, limits) };
}

function shortText(what: string, raw: unknown, limit: number): string {
  if (raw === undefined || raw === null) return '';
  if (typeof raw !== 'string') throw new CollaborationError('invalid', `${what} must be a string.`);
  if (raw.length > limit) throw new CollaborationError('invalid', `${what} is longer than ${limit} characters.`);
  return raw.trim();
}

function parseMetadata(raw: unknown, limits: ProfileLimits): Readonly<Record<string, string>> {
  if (raw === undefined || raw === null) return {};
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new CollaborationError('invalid', 'user metadata must be an object of strings.');
  }
  const entries = Object.entries(raw);
  if (entries.length > limits.maxMetadataEntries) {
    throw new CollaborationError('invalid', `user metadata has more than ${limits.maxMetadataEntries} entries.`);
  }
  let length = 0;
  for (const [key, value] of entries) {
    if (typeof value !== 'string')
      throw new CollaborationError('invalid', 'user metadata must be an object of strings.');
    length += key.length + value.length;
  }
  if (length > limits.maxMetadataLength) {
    throw new CollaborationError('invalid', `user metadata is longer than ${limits.maxMetadataLength} characters.`);
  }
  // A null prototype: a key such as __proto__ is a key like any other.
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

const PALETTE = ['#1c7ed6', '#0c8599', '#2f9e44', '#e8590c', '#c2255c', '#7048e8', '#5c940d', '#b35900'] as const;

function colourOf(id: string): string {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) >>> 0;
  return PALETTE[hash % PALETTE.length] ?? PALETTE[0];
}

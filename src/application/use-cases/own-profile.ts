import { CollaborationError } from '../../domain/errors.ts';
import { parseProfile, type RawProfile, type UserProfile } from '../../domain/value-objects/user-profile.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { UseCaseContext } from './context.ts';

/** What a client says of its user; where its token says who that is, it need not say. */
export type SaidProfile = Partial<RawProfile>;

/**
 * The profile that a client may appear under: the user is the token's, the name and the colour its own choice.
 * @throws CollaborationError `forbidden` when it says to be somebody else · `invalid`
 */
export function ownProfile({ limits }: UseCaseContext, principal: Principal, said: SaidProfile): UserProfile {
  const { subject } = principal;
  const profile = parseProfile(
    {
      userId: said.userId ?? subject,
      userName: isBlank(said.userName) ? principal.name?.slice(0, limits.maxNameLength) : said.userName,
      userColor: isBlank(said.userColor) ? principal.color?.slice(0, limits.maxNameLength) : said.userColor,
      userMetadata: said.userMetadata,
    },
    limits,
  );
  if (subject !== undefined && profile.userId.value !== subject) {
    throw new CollaborationError('forbidden', 'The user id must be the subject of the token.');
  }
  return profile;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

import { CollaborationError } from '../../domain/errors.ts';

/** @param milliseconds after which another try may do */
export function rateLimited(what: string, milliseconds: number): CollaborationError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return new CollaborationError('rate-limited', `${what}; try again in ${seconds} s.`, undefined, seconds);
}

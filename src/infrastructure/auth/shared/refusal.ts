import { CollaborationError } from '../../../domain/errors.ts';

/** A token that does not do. @param why may be shown to the client: it holds nothing of the token */
export function refusal(why: string, cause?: unknown): CollaborationError {
  return new CollaborationError('unauthenticated', why, cause);
}

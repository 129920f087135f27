import type { CollaborationError } from '../../domain/errors.ts';

/**
 * `busy`: nothing is integrated until `done`. The document is `readable` meanwhile while it is made ready to be edited,
 * not so while it is read from its log: because it was let go of, or because an update did not integrate.
 */
export type RoomState =
  | { readonly kind: 'open' }
  | { readonly kind: 'busy'; readonly done: Promise<void>; readonly content: 'readable' | 'unreadable' }
  | { readonly kind: 'closed'; readonly why: CollaborationError };

import type { CollaborationError } from '../../domain/errors.ts';

/** `recovering`: an update did not integrate, and the document is read again from its log. */
export type RoomState =
  | { readonly kind: 'open' }
  | { readonly kind: 'recovering'; readonly done: Promise<void> }
  | { readonly kind: 'closed'; readonly why: CollaborationError };

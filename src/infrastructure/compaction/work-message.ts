import type { PackedUpdates } from '../shared/packed-updates.ts';

/** What is asked of the thread. */
export type Work = { readonly kind: 'merge' } | { readonly kind: 'diff'; readonly stateVector: Uint8Array };

export interface WorkRequest extends PackedUpdates {
  readonly work: Work;
}

export type WorkReply =
  | { readonly kind: 'done'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };

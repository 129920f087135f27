import type { Integrations } from '../../domain/entities/integration.ts';
import type { PackedUpdates } from '../shared/packed-updates.ts';

/** What is asked of the thread about the document with the number `key`. Nothing answers a `close`. */
export type HostTask =
  | { readonly kind: 'open'; readonly key: number; readonly documentId: string; readonly updates: PackedUpdates }
  | { readonly kind: 'apply'; readonly key: number; readonly updates: PackedUpdates }
  | { readonly kind: 'repeats'; readonly key: number; readonly update: Uint8Array }
  | { readonly kind: 'encode'; readonly key: number }
  | { readonly kind: 'close'; readonly key: number };

export interface HostRequest {
  readonly id: number;
  readonly task: HostTask;
}

export type HostAnswer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'applied'; readonly integrations: Integrations }
  | { readonly kind: 'compared'; readonly repeats: boolean }
  | { readonly kind: 'encoded'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly fault: 'invalid' | 'damaged' | 'unavailable'; readonly reason: string };

export interface HostReply {
  readonly id: number;
  readonly answer: HostAnswer;
}

import * as decoding from 'lib0/decoding';

/** A y-websocket frame that carries document content. */
export type ContentFrame = { readonly kind: 'step2' | 'update'; readonly update: Uint8Array };

const SYNC = 0;
const KINDS: readonly (ContentFrame['kind'] | undefined)[] = [undefined, 'step2', 'update'];

/**
 * Reads a frame `varUint 0, varUint sub, varUint8Array update` (y-protocols/sync).
 * @returns nothing for a frame of another kind (Step1, awareness, …) or a malformed one
 */
export function contentOf(frame: Uint8Array): ContentFrame | undefined {
  try {
    const decoder = decoding.createDecoder(frame);
    if (decoding.readVarUint(decoder) !== SYNC) return undefined;
    const kind = KINDS[decoding.readVarUint(decoder)];
    return kind && { kind, update: decoding.readVarUint8Array(decoder) };
  } catch {
    return undefined;
  }
}

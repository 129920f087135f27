import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../web/src/sync-frame.ts';

describe('the frames the page reads', () => {
  it('[WEB1] reads Step2 and Update frames', () => {
    expect(contentOf(Uint8Array.of(0, 1, 2, 0, 0))).toEqual({ kind: 'step2', update: Uint8Array.of(0, 0) });
    expect(contentOf(Uint8Array.of(0, 2, 3, 7, 8, 9))).toEqual({ kind: 'update', update: Uint8Array.of(7, 8, 9) });
  });

  it.each([
    ['a Step1', [0, 0, 1, 0]],
    ['awareness', [1, 3, 1, 1, 0]],
    ['a truncated update', [0, 2, 3, 7]],
    ['an unknown sync message', [0, 3, 1, 0]],
    ['nothing', []],
  ])('[WEB1] sees no content in %s', (_what, bytes) => {
    expect(contentOf(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('[WEB1] never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        contentOf(bytes);
      }),
    );
  });
});

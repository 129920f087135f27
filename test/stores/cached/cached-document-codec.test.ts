import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CachedDocument } from '../../../src/infrastructure/stores/cached/cache-level.ts';
import {
  decodeCachedDocument,
  encodeCachedDocument,
} from '../../../src/infrastructure/stores/cached/cached-document-codec.ts';
import { bytes, id, utf8 } from '../../contracts/log-records.ts';

const GOLDEN: CachedDocument = {
  version: 'a:3',
  document: { snapshot: { update: utf8('12'), sequence: 2 }, tail: bytes('3'), sequence: 3, lastModified: 300 },
};

const update = fc.uint8Array({ maxLength: 40 });
const cached: fc.Arbitrary<CachedDocument> = fc.record({
  version: fc.string(),
  document: fc.record({
    snapshot: fc.option(fc.record({ update, sequence: fc.nat() }), { nil: undefined }),
    tail: fc.array(update, { maxLength: 5 }),
    sequence: fc.maxSafeNat(),
    lastModified: fc.maxSafeNat(),
  }),
});

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

describe('cached documents as bytes', () => {
  it('[CACHE6] golden bytes', () => {
    const encoded = encodeCachedDocument(id('doc'), GOLDEN);
    expect(hex(encoded)).toBe('017929243803613a3303ac020102020101313233');
    expect(decodeCachedDocument(id('doc'), encoded)).toEqual(GOLDEN);
  });

  it('[CACHE6] what is encoded is decoded', () => {
    const property = fc.property(cached, (each) => {
      expect(decodeCachedDocument(id('ä/b'), encodeCachedDocument(id('ä/b'), each))).toEqual(each);
    });
    fc.assert(property);
  });

  it('[CACHE6] what was damaged, cut or stored for another document is no answer', () => {
    const property = fc.property(cached, fc.nat(), fc.integer({ min: 1, max: 255 }), (each, at, flip) => {
      const encoded = encodeCachedDocument(id('doc'), each);
      expect(decodeCachedDocument(id('dog'), encoded)).toBeUndefined();
      expect(decodeCachedDocument(id('doc'), encoded.subarray(0, at % encoded.length))).toBeUndefined();
      const index = at % encoded.length;
      encoded[index] = (encoded[index] ?? 0) ^ flip;
      expect(decodeCachedDocument(id('doc'), encoded)).toBeUndefined();
    });
    fc.assert(property);
  });
});

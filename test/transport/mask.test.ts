import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unmask } from '../../src/adapters/websocket/transport/mask.ts';

describe('unmask', () => {
  it('[WS3] has the golden bytes of RFC 6455, section 5.7', () => {
    const hello = Buffer.from('7f9f4d5158', 'hex');
    unmask(hello, 0, 5, Buffer.from('37fa213d', 'hex').readInt32LE(0));
    expect(hello.toString()).toBe('Hello');
  });

  it('[WS3] does the same a word at a time, wherever the bytes lie, and touches no others', () => {
    const lengths = fc.oneof(fc.nat(20), fc.integer({ min: 90, max: 300 }));
    const property = fc.property(fc.nat(9), lengths, fc.nat(5), fc.integer(), (before, length, after, key) => {
      const bytes = new Uint8Array(before + length + after).map((_, at) => at * 7);
      const expected = bytes.map((byte, at) =>
        at < before || at >= before + length ? byte : byte ^ (key >>> (8 * ((at - before) % 4))),
      );
      unmask(bytes, before, before + length, key);
      expect(bytes).toEqual(expected);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { decodeAwareness, encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { CollaborationError } from '../../src/domain/errors.ts';

const LIMITS = { maxEntries: 10, maxStateBytes: 1_000 };
/** The kind of failure `run` ends with; cheaper than an assertion where there are thousands. */
function kindOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (thrown) {
    return CollaborationError.from(thrown).kind;
  }
}

const invalid = expect.objectContaining({ kind: 'invalid' });
const tooLarge = expect.objectContaining({ kind: 'too-large' });

/** Client 5 at clock 1 shows `{"u":"ü"}`; client 300 at clock 7 is gone. */
const GOLDEN = Uint8Array.of(
  ...[2, 5, 1, 10, 0x7b, 0x22, 0x75, 0x22, 0x3a, 0x22, 0xc3, 0xbc, 0x22, 0x7d],
  ...[0xac, 0x02, 7, 4, 0x6e, 0x75, 0x6c, 0x6c],
);
const ENTRIES = [
  { clientId: 5, clock: 1, state: '{"u":"ü"}' },
  { clientId: 300, clock: 7, state: 'null' },
];

function single(state: string): Uint8Array {
  return encodeAwareness([{ clientId: 1, clock: 1, state }]);
}

/** An awareness without the interval timer that y-protocols starts. */
function awareness(clientId: number): Awareness {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const made = new Awareness(doc);
  clearInterval(made._checkInterval);
  return made;
}

describe('the awareness codec', () => {
  it('[DOC19] reads and writes the bytes of y-protocols', () => {
    const theirs = awareness(5);
    theirs.setLocalState({ u: 'ü' });
    theirs.meta.set(300, { clock: 7, lastUpdated: 0 });
    theirs.meta.set(5, { clock: 1, lastUpdated: 0 });
    expect(encodeAwarenessUpdate(theirs, [5, 300])).toEqual(GOLDEN);
    expect(decodeAwareness(GOLDEN, LIMITS)).toEqual(ENTRIES);
    expect(encodeAwareness(ENTRIES)).toEqual(GOLDEN);
    expect(encodeAwareness([])).toEqual(Uint8Array.of(0));

    const mine = awareness(9);
    applyAwarenessUpdate(mine, encodeAwareness([{ clientId: 5, clock: 2, state: '{"a":1}' }]), 'test');
    expect(mine.getStates().get(5)).toEqual({ a: 1 });
  });

  it('[DOC19] reads what it writes, and refuses it cut at whatever byte', () => {
    const state = fc.oneof(
      fc.constant('null'),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((o) => JSON.stringify(o)),
    );
    const entry = fc.record({ clientId: fc.maxSafeNat(), clock: fc.maxSafeNat(), state });
    const limits = { maxEntries: 5, maxStateBytes: 100_000 };
    const property = fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const bytes = encodeAwareness(entries);
      expect(decodeAwareness(bytes, limits)).toEqual(entries);
      for (let end = 0; end < bytes.length; end++) {
        if (kindOf(() => decodeAwareness(bytes.subarray(0, end), limits)) !== 'invalid') expect.fail(`cut at ${end}`);
      }
    });
    fc.assert(property, { numRuns: 25 });
  });

  it('[DOC19] refuses states that are neither an object nor null', () => {
    for (const state of ['', '1', '"text"', '[]', 'true', 'undefined', '{', ' null', `{"a":${'['.repeat(300)}`]) {
      expect(() => decodeAwareness(single(state), LIMITS), state).toThrow(invalid);
    }
    const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(decodeAwareness(single(deep(255)), LIMITS)).toHaveLength(1);
    expect(() => decodeAwareness(single(deep(256)), LIMITS)).toThrow(invalid);
    expect(() => decodeAwareness(Uint8Array.of(1, 1, 1, 2, 0xc3, 0x28), LIMITS)).toThrow(invalid);
  });

  it('[DOC19] bounds the entries and the bytes of a state', () => {
    const many = (count: number) => encodeAwareness(new Array(count).fill({ clientId: 1, clock: 1, state: '{}' }));
    expect(decodeAwareness(many(10), LIMITS)).toHaveLength(10);
    expect(() => decodeAwareness(many(11), LIMITS)).toThrow(tooLarge);
    const sized = (bytes: number) => single(`{"a":"${'x'.repeat(bytes - 8)}"}`);
    expect(decodeAwareness(sized(1_000), LIMITS)).toHaveLength(1);
    expect(() => decodeAwareness(sized(1_001), LIMITS)).toThrow(tooLarge);
    expect(() => decodeAwareness(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0), LIMITS)).toThrow(invalid);
  });
});

import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';

const TEXT = 4;
const EMBED = 5;
const ANY = 8;
const DOC = 9;
const NO_DELETES = [0];

/** One struct of client 1 at clock 0, whose parent is the root type `t`. */
function item(ref: number, ...content: number[]): Uint8Array {
  return Uint8Array.of(1, 1, 1, 0, ref, 1, 1, 0x74, ...content, ...NO_DELETES);
}

function any(write: (encoder: encoding.Encoder) => void): number[] {
  return [...encoding.encode(write)];
}

function text(value: string): number[] {
  return any((encoder) => encoding.writeVarString(encoder, value));
}

function nestedArray(depth: number): number[] {
  return [...Array.from({ length: depth }, () => [117, 1]).flat(), 126];
}

function nestedJson(depth: number): number[] {
  return text('['.repeat(depth) + ']'.repeat(depth));
}

/** Whether Yjs can integrate the update and still write the document afterwards. */
function isHarmless(update: Uint8Array): boolean {
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, update);
    doc.getText('t').insert(0, 'ok');
    Y.encodeStateAsUpdate(doc);
    return true;
  } catch {
    return false;
  }
}

const invalid = expect.objectContaining({ kind: 'invalid' });

function refuses(update: Uint8Array): void {
  expect(() => scanUpdate(update)).toThrow(invalid);
}

const NUL_KEY = [118, 1, ...text('__proto__'), 116, 1, 7];
const GUID_NULL = [...text('guid'), 118, 1, ...text('guid'), 126];

describe('scanUpdate, on updates that Yjs reads and then trips over', () => {
  it.each([
    ['a value whose prototype is a Uint8Array', item(ANY, 1, ...NUL_KEY)],
    ['a subdocument without a guid', item(DOC, ...GUID_NULL)],
    ['a value nested 20,000 deep', item(ANY, 1, ...nestedArray(20_000))],
    ['JSON nested 20,000 deep', item(EMBED, ...nestedJson(20_000))],
    ['options of a subdocument that are null', item(DOC, ...text('guid'), 126)],
  ])('[DOC15] refuses %s', (_name, update) => {
    expect(isHarmless(update)).toBe(false);
    refuses(update);
  });

  it('[DOC15] refuses JSON deeper than 256 levels and accepts 256, brackets in strings aside', () => {
    expect(scanUpdate(item(EMBED, ...nestedJson(256))).structs).toHaveLength(1);
    expect(scanUpdate(item(EMBED, ...text(JSON.stringify(['\\"[{'.repeat(600)])))).structs).toHaveLength(1);
    expect(scanUpdate(item(ANY, 1, ...nestedArray(256))).structs).toHaveLength(1);
    refuses(item(EMBED, ...nestedJson(257)));
    refuses(item(ANY, 1, ...nestedArray(257)));
  });

  it('[DOC12] refuses structs and delete ranges without length', () => {
    refuses(item(TEXT, 0));
    refuses(item(ANY, 0));
    refuses(item(2, 0)); // JSON
    refuses(item(1, 0)); // deleted
    refuses(Uint8Array.of(1, 1, 1, 0, 0, 0, ...NO_DELETES)); // GC
    refuses(Uint8Array.of(1, 1, 1, 0, 10, 0, ...NO_DELETES)); // Skip
    refuses(Uint8Array.of(0, 1, 1, 1, 0, 0)); // a delete range
  });

  it('[DOC16] refuses an item that refers to itself or to a later one of its client', () => {
    const withOrigin = (info: number, client: number, clock: number) =>
      Uint8Array.of(1, 1, 1, 5, info | TEXT, client, clock, 1, 0x61, ...NO_DELETES);
    const withParent = (clock: number) => Uint8Array.of(1, 1, 1, 5, TEXT, 0, 1, clock, 1, 0x61, ...NO_DELETES);
    for (const info of [0x80, 0x40]) {
      expect(scanUpdate(withOrigin(info, 1, 4)).structs).toHaveLength(1);
      expect(scanUpdate(withOrigin(info, 2, 9)).structs).toHaveLength(1);
      refuses(withOrigin(info, 1, 5));
      refuses(withOrigin(info, 1, 9));
    }
    expect(scanUpdate(withParent(4)).structs).toHaveLength(1);
    refuses(withParent(5));
    expect(isHarmless(Uint8Array.of(1, 1, 1, 0, 0x80 | TEXT, 1, 0, 1, 0x61, ...NO_DELETES))).toBe(false);
  });

  it.each([
    ['clients', [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['structs', [1, 0xff, 0xff, 0xff, 0x7f, 1, 0]],
    ['delete clients', [0, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['delete ranges', [0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['values', [1, 1, 1, 0, ANY, 1, 1, 0x74, 0xff, 0xff, 0xff, 0x7f]],
    ['bytes of a text', [1, 1, 1, 0, TEXT, 1, 1, 0x74, 0xff, 0xff, 0xff, 0x7f]],
    ['bytes of binary content', [1, 1, 1, 0, 3, 1, 1, 0x74, 0xff, 0xff, 0xff, 0x7f]],
  ])('[DOC12] refuses a count of %s beyond what the bytes can hold', (_name, bytes) => {
    refuses(Uint8Array.from([...bytes, ...new Array(40).fill(0)]));
  });

  it('[DOC10] refuses unknown contents, types and values', () => {
    for (let ref = 11; ref < 32; ref++) refuses(item(ref, 1, 0x61));
    for (const ref of [0x2a, 0x8a, 0x20, 0x80]) refuses(Uint8Array.of(1, 1, 1, 0, ref, 1, 1, 1, 1, 0, 0)); // GC or Skip with flags
    for (let type = 0; type < 7; type++) expect(scanUpdate(item(7, type, 1, 0x61)).structs).toHaveLength(1);
    refuses(item(7, 7));
    refuses(item(ANY, 1, 115));
    refuses(item(ANY, 1, 128));
  });

  it('[DOC10] refuses text that is not UTF-8 and embeds that are not JSON', () => {
    for (const bytes of [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3], [0xff]]) {
      refuses(item(TEXT, bytes.length, ...bytes));
    }
    refuses(item(TEXT, 0xac, 0x02, ...new Array(299).fill(0x61), 0x80)); // 300 bytes: the native decoder
    for (const json of ['', 'undefined', '{', 'nul']) refuses(item(EMBED, ...text(json)));
    expect(scanUpdate(item(2, 1, ...text('undefined'))).structs).toHaveLength(1);
  });

  it('[DOC13] refuses numbers beyond 2^53 - 1 and padded beyond 8 bytes', () => {
    const client = (...bytes: number[]) => Uint8Array.of(1, 1, ...bytes, 0, 0, 1, ...NO_DELETES);
    const full = new Array(7).fill(0xff);
    expect(scanUpdate(client(...full, 0x0f)).structs).toEqual([{ client: 2 ** 53 - 1, clock: 0, end: 1 }]);
    refuses(client(...full, 0x10));
    refuses(client(...new Array(8).fill(0x80), 0));
    refuses(client(...new Array(200).fill(0x80), 1)); // lib0 reads NaN
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { UserId } from '../../src/domain/value-objects/user-id.ts';

const invalid = expect.objectContaining({ kind: 'invalid', failure: expect.objectContaining({ code: 400 }) });

const KINDS = [
  ['DocumentId', (raw: unknown) => DocumentId.parse(raw)],
  ['ClientId', (raw: unknown) => ClientId.parse(raw)],
  ['UserId', (raw: unknown) => UserId.parse(raw)],
] as const;

/** Well-formed text without control characters. */
const printable = (minLength: number, maxLength: number) =>
  fc.string({ unit: 'binary', minLength, maxLength }).filter((text) => !/\p{Cc}/u.test(text));

describe.each(KINDS)('%s', (_name, parse) => {
  it('[ID1] keeps any well-formed text of 1 to 256 characters, trimmed', () => {
    const good = printable(0, 128).filter((text) => text.trim() !== '' && text.trim().length <= 256);
    fc.assert(
      fc.property(good, (text) => {
        expect(parse(`  ${text}\u00a0`).value).toBe(text.trim());
      }),
    );
  });

  it('[ID1] counts UTF-16 code units after trimming: 256 are allowed, 257 are not', () => {
    expect(parse(` ${'x'.repeat(256)} `).value).toHaveLength(256);
    expect(parse('😀'.repeat(128)).value).toHaveLength(256);
    expect(() => parse('x'.repeat(257))).toThrow(invalid);
    expect(() => parse(`${'😀'.repeat(128)}x`)).toThrow(invalid);
  });

  it('[ID1] refuses control characters anywhere inside', () => {
    const control = fc.constantFrom(...Array.from({ length: 0xa0 }, (_, code) => code)).filter(isControl);
    fc.assert(
      fc.property(control, (code) => {
        expect(() => parse(`a${String.fromCharCode(code)}b`)).toThrow(invalid);
      }),
    );
  });

  it('[ID1] refuses half a surrogate pair, and takes a whole one', () => {
    const half = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(half, (each) => {
        expect(() => parse(`a${each}b`)).toThrow(invalid);
      }),
    );
    expect(parse('a\ud83d\ude00b').value).toBe('a😀b');
    expect(() => parse('\ude00\ud83d')).toThrow(invalid);
  });

  it.each([[''], ['   '], ['\n'], [undefined], [null], [7], [{}], [['a']], [true]])('[ID1] refuses %j', (raw) => {
    expect(() => parse(raw)).toThrow(invalid);
  });

  it('[ID1] is printed as it is', () => {
    expect(`${parse('a/b')}`).toBe('a/b');
  });
});

function isControl(code: number): boolean {
  return code < 0x20 || code >= 0x7f;
}

describe('DocumentId as a path', () => {
  it.each([
    ['notes', undefined, 'notes'],
    ['team/notes', 'team', 'notes'],
    ['a/b/c', 'a/b', 'c'],
    ['/notes', undefined, 'notes'],
    ['team/', undefined, 'team'],
    ['a/b/', 'a', 'b'],
    ['/', undefined, ''],
    ['a / b', 'a', ' b'],
  ])('[ID2] %j has the parent %j and the name %j', (raw, parent, name) => {
    const id = DocumentId.parse(raw);
    expect({ parent: id.parent?.value, name: id.name, isRoot: id.isRoot }).toEqual({
      parent,
      name,
      isRoot: parent === undefined,
    });
  });

  it('[ID2] the parents of any path end at a root, and each is an id by itself', () => {
    const segment = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'ü', ' ', '.', '/') });
    const path = fc.array(segment, { minLength: 1, maxLength: 12 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(
        path.filter((raw) => raw.trim() !== ''),
        (raw) => {
          let steps = 0;
          for (let id: DocumentId | undefined = DocumentId.parse(raw); id !== undefined; id = id.parent) {
            expect(DocumentId.parse(id.value).value).toBe(id.value);
            expect(id.isRoot).toBe(id.parent === undefined);
            expect(++steps).toBeLessThan(raw.length + 2);
          }
        },
      ),
    );
  });
});

describe('UserId as an e-mail address', () => {
  it('[ID3] has a domain and a username', () => {
    const id = UserId.parse('ada.l+x@mail.example.org');
    expect([id.isEmailFormat, id.username, id.domain]).toEqual([true, 'ada.l+x', 'mail.example.org']);
  });

  it.each(['ada', 'ada@', '@example.org', 'ada@host', 'a b@example.org', 'a@b@example.org', 'ada@exa mple.org'])(
    '[ID3] %j is its own username and has no domain',
    (raw) => {
      const id = UserId.parse(raw);
      expect([id.isEmailFormat, id.username, id.domain]).toEqual([false, raw, undefined]);
    },
  );

  it('[ID3] username, @ and domain make every e-mail address again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const id = UserId.parse(address);
        expect(id.isEmailFormat).toBe(true);
        expect(`${id.username}@${id.domain}`).toBe(address);
      }),
    );
  });
});

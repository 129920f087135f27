import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { DocumentPattern } from '../../src/domain/value-objects/document-pattern.ts';

const matches = (pattern: string, id: string) => DocumentPattern.parse(pattern).matches(DocumentId.parse(id));

describe('document patterns', () => {
  it.each([
    ['notes', 'notes', true],
    ['notes', 'note', false],
    ['notes', 'notes2', false],
    ['notes', 'Notes', false],
    ['team/*', 'team/a', true],
    ['team/*', 'team/a/b', false],
    ['team/*', 'team', false],
    ['team/**', 'team/a/b', true],
    ['team/**', 'team', false],
    ['team/**', 'teams/a', false],
    ['*', 'a', true],
    ['*', 'a/b', false],
    ['**', 'a/b/c', true],
    ['*/notes', 'a/notes', true],
    ['*/notes', 'a/b/notes', false],
    ['**/notes', 'a/b/notes', true],
    ['**/notes', 'notes', false],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'a/c', false],
    ['a**c', 'a/b/c', true],
    ['***', 'a/b', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['(a|b)+', 'ab', false],
    ['über/*', 'über/😀', true],
    ['*-draft', 'x-draft-draft', true],
    ['**a*b', 'a/a/ab', true],
  ])('[AUTH7] %s and %s: %s', (pattern, id, expected) => {
    expect(matches(pattern, id)).toBe(expected);
  });

  const piece = fc.constantFrom('a', 'b', '/', '*', '**', 'ab', '.');
  const id = fc
    .array(fc.constantFrom('a', 'b', '/', '.'), { minLength: 1, maxLength: 10 })
    .map((characters) => characters.join(''));

  it('[AUTH7] means what the same regular expression means', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 7 }), id, (pieces, text) => {
        const pattern = pieces.join('');
        const source = pattern
          .replaceAll('.', '\\.')
          .replaceAll(/\*+/g, (stars) => (stars.length === 1 ? '[^/]*' : '.*'));
        expect(matches(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('[AUTH7] every id matches itself, and ** in the place of any part of it', () => {
    fc.assert(
      fc.property(id, fc.nat(10), fc.nat(10), (text, one, other) => {
        const [from, to] = [Math.min(one, other, text.length), Math.min(Math.max(one, other), text.length)];
        expect(matches(text, text)).toBe(true);
        expect(matches(`${text.slice(0, from)}**${text.slice(to)}`, text)).toBe(true);
      }),
    );
  });

  it('[AUTH7] what makes a regular expression try everything takes no longer here', () => {
    const begin = performance.now();
    for (let time = 0; time < 20; time++) expect(matches(`${'*a'.repeat(127)}b`, 'a'.repeat(256))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it.each([[''], ['x'.repeat(257)], [7], [undefined], [['a']]])('[AUTH7] %j is none', (raw) => {
    expect(() => DocumentPattern.parse(raw)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });
});

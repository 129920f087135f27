import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inkOn } from '../../web/src/colour.ts';
import { inventUnlike } from '../../web/src/invented-visitor.ts';
import { NAME_LIMIT, type Visitor, visitorFrom } from '../../web/src/visitor.ts';

describe('what visitors say of themselves', () => {
  it('[WEB4] is taken when it is a name and a colour', () => {
    expect(visitorFrom({ name: ' Ada ', color: '#12aB34', role: 'x' })).toEqual({ name: 'Ada', color: '#12aB34' });
  });

  it.each([
    ['no object', 'Ada'],
    ['null', null],
    ['a blank name', { name: '  ', color: '#123456' }],
    ['a name that is no text', { name: ['Ada'], color: '#123456' }],
    ['a colour that is a style', { name: 'Ada', color: 'red;background:url(//elsewhere)' }],
    ['a colour with more behind it', { name: 'Ada', color: '#123456;x' }],
  ])('[WEB4] is dropped when it is %s', (_what, value) => {
    expect(visitorFrom(value)).toBeUndefined();
  });

  it('[WEB4] is short and well-formed, whatever was sent', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ maxLength: 200 }), (value, name) => {
        for (const visitor of [visitorFrom(value), visitorFrom({ name, color: '#abcdef' })]) {
          if (!visitor) continue;
          expect(visitor.name.length).toBeGreaterThan(0);
          expect(visitor.name.length).toBeLessThanOrEqual(NAME_LIMIT);
          expect(visitor.color).toMatch(/^#[0-9a-f]{6}$/i);
        }
      }),
    );
  });
});

describe('a visitor made up for a new window', () => {
  it('[WEB7] shares no name and no colour with those who are here, while there are any left', () => {
    const here: Visitor[] = [];
    for (let count = 0; count < 10; count += 1) here.push(inventUnlike(here));
    expect(new Set(here.map(({ name }) => name)).size).toBe(10);
    expect(new Set(here.map(({ color }) => color)).size).toBe(10);
    expect(visitorFrom(inventUnlike(here))).toBeDefined();
  });
});

describe('the ink on a colour', () => {
  it.each([
    ['#ffffff', '#16201d'],
    ['#e0c050', '#16201d'],
    ['#000000', '#ffffff'],
    ['#2f7d6b', '#ffffff'],
  ])('[WEB4] on %s is %s', (colour, ink) => {
    expect(inkOn(colour)).toBe(ink);
  });
});

import { describe, expect, it } from 'vitest';
import { parseProfile } from '../../src/domain/value-objects/user-profile.ts';

const LIMITS = { maxNameLength: 8, maxMetadataEntries: 2, maxMetadataLength: 10 };
const invalid = expect.objectContaining({ kind: 'invalid' });

const profile = (raw: Readonly<Record<string, unknown>>) => parseProfile({ userId: 'ada@example.org', ...raw }, LIMITS);

describe('parseProfile', () => {
  it('[SES7] keeps what a client says about its user, trimmed', () => {
    const { userId, ...shown } = profile({ userName: ' Ada ', userColor: ' #fff ', userMetadata: { team: 'core' } });
    expect(userId.value).toBe('ada@example.org');
    expect({ ...shown, userMetadata: { ...shown.userMetadata } }).toEqual({
      userName: 'Ada',
      userColor: '#fff',
      userMetadata: { team: 'core' },
    });
  });

  it.each([[undefined], [null], [''], ['   ']])('[SES7] a name that is %j becomes the username', (userName) => {
    expect(profile({ userName }).userName).toBe('ada');
    expect(profile({ userId: 'somebody', userName }).userName).toBe('somebody');
  });

  it('[SES7] a missing colour is made from the id: the same for the same id, not the same for all', () => {
    const colourOf = (userId: string) => profile({ userId }).userColor;
    expect(colourOf('ada')).toBe(colourOf('ada'));
    const colours = new Set(Array.from({ length: 50 }, (_, at) => colourOf(`user ${at}`)));
    expect(colours.size).toBeGreaterThan(3);
    for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('[SES7] names and colours have a greatest length', () => {
    expect(profile({ userName: 'x'.repeat(8), userColor: 'y'.repeat(8) }).userName).toBe('xxxxxxxx');
    expect(() => profile({ userName: 'x'.repeat(9) })).toThrow(invalid);
    expect(() => profile({ userColor: 'y'.repeat(9) })).toThrow(invalid);
  });

  it('[SES7] metadata is bounded in entries and characters, keys and values together', () => {
    expect({ ...profile({ userMetadata: { a: '1234', b: '1234' } }).userMetadata }).toEqual({ a: '1234', b: '1234' });
    expect(() => profile({ userMetadata: { a: '1234', b: '12345' } })).toThrow(invalid);
    expect(() => profile({ userMetadata: { a: '', b: '', c: '' } })).toThrow(invalid);
    expect({ ...profile({ userMetadata: null }).userMetadata }).toEqual({});
  });

  it.each([
    ['a name that is a number', { userName: 1 }],
    ['a colour that is a list', { userColor: [] }],
    ['metadata that is a list', { userMetadata: [] }],
    ['metadata that is a text', { userMetadata: 'a=b' }],
    ['a metadata value that is no text', { userMetadata: { a: 1 } }],
    ['no user id', { userId: undefined }],
  ])('[SES7] refuses %s', (_name, raw) => {
    expect(() => profile(raw)).toThrow(invalid);
  });

  it('[SES7] takes a key such as __proto__ for what it is', () => {
    const { userMetadata } = profile({ userMetadata: JSON.parse('{"__proto__":"x"}') });
    expect(Object.keys(userMetadata)).toEqual(['__proto__']);
    expect(({} as { readonly x?: unknown }).x).toBeUndefined();
  });
});

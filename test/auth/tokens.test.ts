import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { gate, id, UNAUTHENTICATED } from './support/authenticators.ts';
import { ALGORITHMS, forged, pairOf, pemOf, READ_ALL, SECRET, signed, tokenOf, WRITE_ALL } from './support/tokens.ts';

function file(content: string): string {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const path = join(directory.path, 'keys');
  writeFileSync(path, content);
  return path;
}

const bytes = (secret: string) => new TextEncoder().encode(secret);

describe('signatures', () => {
  it.each(ALGORITHMS)('[AUTH2] %s is verified with the PEM file of its key, and with no other', async (alg, pair) => {
    const { privateKey, publicKey } = pairOf(pair);
    const { enter } = await gate({ AUTH_PUBLIC_KEY_FILE: file(pemOf(publicKey)) });
    const principal = await enter(await signed({ sub: 'ann', grants: WRITE_ALL }, { alg }, privateKey));
    expect([principal.subject, principal.accessTo(id('d'))]).toEqual(['ann', 'write']);
    const stranger =
      pair === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : pair === 'ed25519'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('ec', { namedCurve: `P-${pair.slice(1)}` });
    await expect(enter(await signed({ sub: 'ann' }, { alg }, stranger.privateKey))).rejects.toEqual(UNAUTHENTICATED);
  });

  it.each(['HS256', 'HS384', 'HS512'])('[AUTH2] %s is verified with the secret', async (alg) => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    const { subject } = await enter(await signed({ sub: 'ann' }, { alg }, bytes(SECRET)));
    expect(subject).toBe('ann');
    const other = await signed({ sub: 'ann' }, { alg }, bytes(`${SECRET}!`));
    await expect(enter(other)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH2] a secret that is too short for an algorithm does not verify it', async () => {
    const secret = 'x'.repeat(32);
    const { enter } = await gate({ AUTH_SECRET: secret });
    await enter(await signed({ sub: 'ann' }, { alg: 'HS256' }, bytes(secret)));
    const payload = { sub: 'ann' };
    const head = forged({ alg: 'HS512' }, payload).split('.').slice(0, 2).join('.');
    const token = `${head}.${createHmac('sha512', secret).update(head).digest('base64url')}`;
    await expect(enter(token)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH2] a public key is no secret: HS256 with the text of the PEM file is refused', async () => {
    const { publicKey } = pairOf('rsa');
    const pem = pemOf(publicKey);
    for (const environment of [
      { AUTH_PUBLIC_KEY_FILE: file(pem) },
      { AUTH_PUBLIC_KEY_FILE: file(pem), AUTH_SECRET: SECRET },
    ]) {
      const { enter } = await gate(environment);
      const der = createPublicKey(pem).export({ format: 'der', type: 'spki' });
      for (const secret of [bytes(pem), bytes(pem.trim()), new Uint8Array(der)])
        await expect(enter(await signed({ sub: 'eve' }, { alg: 'HS256' }, secret))).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  it('[AUTH2] alg none is refused, however it is written', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET, AUTH_PUBLIC_KEY_FILE: file(pemOf(pairOf('rsa').publicKey)) });
    for (const alg of ['none', 'None', 'NONE', '', undefined, null, 7, ['HS256'], { a: 1 }])
      for (const signature of [Uint8Array.of(), Uint8Array.of(1)])
        await expect(enter(forged({ alg }, { sub: 'eve' }, signature))).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH2] secret and public keys side by side each verify their own', async () => {
    const { publicKey, privateKey } = pairOf('p256');
    const { enter } = await gate({ AUTH_SECRET: SECRET, AUTH_PUBLIC_KEY_FILE: file(pemOf(publicKey)) });
    expect((await enter(await tokenOf({ sub: 'one' }))).subject).toBe('one');
    expect((await enter(await signed({ sub: 'two' }, { alg: 'ES256' }, privateKey))).subject).toBe('two');
  });

  it.each([
    ['no token at all', ''],
    ['text', 'hello'],
    ['two parts', 'e30.e30'],
    ['a header that is no JSON', 'aaaa.bbbb.cccc'],
    ['bytes', '\u0000\uffff'],
    ['a crit header', forged({ alg: 'HS256', crit: ['exp2'], exp2: 1 }, {})],
    ['five parts, as an encrypted token has', 'e30.e30.e30.e30.e30'],
  ])('[AUTH2] %s is refused', async (_what, token) => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    await expect(enter(token)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH2] one character changed anywhere, and it is refused', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    const token = await tokenOf({ sub: 'ann', grants: READ_ALL });
    for (let at = 0; at < token.length - 1; at += 3) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      await expect(enter(changed), `changed at ${at}`).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  it('[AUTH21] a token over MAX_TOKEN_BYTES is refused before anybody looks into it', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET, MAX_TOKEN_BYTES: '1000' });
    await enter(await tokenOf({ sub: 'ann', filler: 'x'.repeat(300) }));
    const large = await tokenOf({ sub: 'ann', filler: 'x'.repeat(900) });
    await expect(enter(large)).rejects.toMatchObject({
      kind: 'unauthenticated',
      message: 'A token may have 1000 bytes.',
    });
  });
});

describe('time, issuer and audience', () => {
  it('[AUTH3] a token is taken until it expires and the tolerance is over, and not before it begins', async () => {
    const { enter, clock } = await gate({ AUTH_SECRET: SECRET, AUTH_CLOCK_TOLERANCE_MS: '2000' });
    const now = clock.now();
    const token = await tokenOf({ sub: 'ann' }, now + 10_000);
    expect((await enter(token)).expiresAt).toBe(now + 12_000);
    clock.advance(11_000);
    await enter(token);
    clock.advance(1_500);
    await expect(enter(token)).rejects.toMatchObject({ kind: 'unauthenticated', message: 'The token has expired.' });
    const later = await tokenOf({ sub: 'ann', nbf: clock.now() / 1000 + 5 });
    await expect(enter(later)).rejects.toEqual(UNAUTHENTICATED);
    clock.advance(3_500);
    await enter(later);
  });

  it('[AUTH3] a token without an end does not expire; one whose end is no number is refused', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    expect((await enter(await tokenOf({ sub: 'ann' }))).expiresAt).toBeUndefined();
    const head = forged({ alg: 'HS256' }, { sub: 'ann', exp: 'never' }).split('.').slice(0, 2).join('.');
    const token = `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`;
    await expect(enter(token)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH3] issuer and audience must be the configured ones', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET, AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'docs' });
    const good = { sub: 'ann', iss: 'https://id.example', aud: 'docs' };
    await enter(await tokenOf(good));
    await enter(await tokenOf({ ...good, aud: ['other', 'docs'] }));
    for (const wrong of [{ iss: 'https://evil.example' }, { iss: undefined }, { aud: 'other' }, { aud: undefined }])
      await expect(enter(await tokenOf({ ...good, ...wrong }))).rejects.toEqual(UNAUTHENTICATED);
  });
});

describe('claims', () => {
  it('[AUTH6] say who somebody is; colour may be spelled either way', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    expect(await enter(await tokenOf({ sub: 'ann', name: 'Ann', color: '#123456' }))).toMatchObject({
      subject: 'ann',
      name: 'Ann',
      color: '#123456',
    });
    expect(await enter(await tokenOf({ sub: 'ann', colour: 'red' }))).toMatchObject({ color: 'red' });
    expect(await enter(await tokenOf({}))).toMatchObject({ subject: 'anonymous', name: undefined });
  });

  it.each([
    ['sub', ''],
    ['sub', 7],
    ['sub', 'x'.repeat(257)],
    ['name', { first: 'Ann' }],
    ['name', 'x'.repeat(2_000)],
    ['color', ['red']],
    ['grants', 'write'],
    ['grants', { documents: '**', access: 'write' }],
    ['grants', [{ documents: '**' }]],
    ['grants', [{ documents: '**', access: 'admin' }]],
    ['grants', [{ documents: '', access: 'read' }]],
    ['grants', [{ documents: 'x'.repeat(257), access: 'read' }]],
    ['grants', Array.from({ length: 1_001 }, () => ({ documents: 'a', access: 'read' }))],
  ])('[AUTH6] %s that is not what it must be makes a token useless', async (claim, value) => {
    const { enter } = await gate({ AUTH_SECRET: SECRET, MAX_TOKEN_BYTES: '65536' });
    const token = await tokenOf({ sub: 'ann', [claim]: value });
    await expect(enter(token)).rejects.toMatchObject({ message: expect.stringContaining(`"${claim}"`) });
  });

  it('[AUTH8] the most generous grant that matches wins, whatever the order; where none does, nothing is allowed', async () => {
    const { enter } = await gate({ AUTH_SECRET: SECRET });
    const grants = [
      { documents: 'team/**', access: 'read' },
      { documents: 'team/open/*', access: 'write' },
      { documents: '*/open/**', access: 'read' },
    ];
    for (const list of [grants, grants.toReversed()]) {
      const { accessTo } = await enter(await tokenOf({ sub: 'ann', grants: list })).then((principal) => ({
        accessTo: (name: string) => principal.accessTo(id(name)),
      }));
      expect(accessTo('team/open/a')).toBe('write');
      expect(accessTo('team/open/a/b')).toBe('read');
      expect(accessTo('team/secret')).toBe('read');
      expect(accessTo('other/open/x')).toBe('read');
      expect(accessTo('other')).toBe('none');
    }
    const none = await enter(await tokenOf({ sub: 'ann', grants: [] }));
    expect(none.accessTo(id('d'))).toBe('none');
  });

  it('[AUTH8] a token without grants may do nothing, unless AUTH_WITHOUT_GRANTS says otherwise', async () => {
    const token = await tokenOf({ sub: 'ann' });
    for (const [environment, expected] of [
      [{}, 'none'],
      [{ AUTH_WITHOUT_GRANTS: 'read' }, 'read'],
      [{ AUTH_WITHOUT_GRANTS: 'write' }, 'write'],
    ] as const) {
      const { enter } = await gate({ AUTH_SECRET: SECRET, ...environment });
      expect((await enter(token)).accessTo(id('d'))).toBe(expected);
    }
    const { enter } = await gate({ AUTH_SECRET: SECRET, AUTH_WITHOUT_GRANTS: 'write' });
    expect((await enter(await tokenOf({ sub: 'ann', grants: [] }))).accessTo(id('d'))).toBe('none');
  });

  it('[AUTH8] the claim may have another name', async () => {
    const claim = 'https://docs.example/grants';
    const { enter } = await gate({ AUTH_SECRET: SECRET, AUTH_GRANTS_CLAIM: claim });
    expect((await enter(await tokenOf({ sub: 'ann', [claim]: READ_ALL }))).accessTo(id('d'))).toBe('read');
    expect((await enter(await tokenOf({ sub: 'ann', grants: WRITE_ALL }))).accessTo(id('d'))).toBe('none');
    const { enter: odd } = await gate({ AUTH_SECRET: SECRET, AUTH_GRANTS_CLAIM: 'toString' });
    expect((await odd(await tokenOf({ sub: 'ann' }))).accessTo(id('d'))).toBe('none');
  });
});

describe('without a token', () => {
  it('[AUTH1] nobody is asked for one where nothing is configured', async () => {
    const { authenticator, enter } = await gate({});
    expect(authenticator.demands).toBe('nothing');
    expect((await enter()).accessTo(id('d'))).toBe('delete');
    expect((await enter('whatever')).subject).toBeUndefined();
  });

  it('[AUTH15] AUTH_ANONYMOUS says what may be done without one; a wrong one is refused all the same', async () => {
    const closed = await gate({ AUTH_SECRET: SECRET });
    expect(closed.authenticator.demands).toBe('a token');
    await expect(closed.enter()).rejects.toEqual(UNAUTHENTICATED);
    for (const access of ['read', 'write'] as const) {
      const open = await gate({ AUTH_SECRET: SECRET, AUTH_ANONYMOUS: access });
      expect(open.authenticator.demands).toBe('nothing');
      const nobody = await open.enter();
      expect([nobody.subject, nobody.accessTo(id('d'))]).toEqual(['anonymous', access]);
      await expect(open.enter('wrong')).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  it('[AUTH20] settings that only mean something with authentication do not leave it off in silence', async () => {
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'])
      await expect(gate({ [name]: 'x' })).rejects.toThrow(new RegExp(`^${name} is set, but authentication is off`));
    await expect(gate({ AUTH_WEBHOOK_SECRET: SECRET })).rejects.toThrow('authentication is off');
  });
});

describe('key files that cannot be used', () => {
  it.each([
    ['is not there', undefined, 'ENOENT'],
    ['is empty', '', 'no PEM block'],
    ['is no PEM', 'ssh-ed25519 AAAA', 'no PEM block'],
    ['holds a private key', pemOf(pairOf('p256').privateKey), 'private key'],
    ['holds a damaged key', pemOf(pairOf('p256').publicKey).replace('M', 'N'), 'cannot be used'],
    [
      'holds a short RSA key',
      pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      'an RSA key must have 2048 bits',
    ],
    ['holds a key of another curve', pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), 'curve'],
    [
      'holds a key for RSA-PSS only',
      pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey),
      'rsa-pss',
    ],
    ['holds a key that does not sign', pemOf(generateKeyPairSync('x25519').publicKey), 'x25519'],
  ])('[AUTH4] a PEM file that %s stops the start', async (_what, content, why) => {
    const path = content === undefined ? '/nowhere/key.pem' : file(content);
    await expect(gate({ AUTH_PUBLIC_KEY_FILE: path })).rejects.toThrow(why);
    await expect(gate({ AUTH_PUBLIC_KEY_FILE: path })).rejects.toThrow(path);
  });

  it.each([
    ['is empty', '\n\n', 'no secret'],
    ['holds a short secret', `${SECRET}\nshort\n`, '32 bytes'],
  ])('[AUTH4] a file of secrets that %s stops the start, and the secret is not shown', async (_what, content, why) => {
    const start = gate({ AUTH_SECRET_FILE: file(content) });
    await expect(start).rejects.toThrow(why);
    await expect(start).rejects.not.toThrow('short\n');
  });
});

describe('key files that change', () => {
  it('[AUTH4] are read again within a second; those who sign with the old key may stay as long as it is in there', async () => {
    const [old, young] = [`old ${SECRET}`, `new ${SECRET}`];
    const path = file(`${old}\n`);
    const { enter, clock } = await gate({ AUTH_SECRET_FILE: path });
    const [byOld, byNew] = [await tokenOf({ sub: 'a' }, undefined, old), await tokenOf({ sub: 'b' }, undefined, young)];
    await enter(byOld);
    await expect(enter(byNew)).rejects.toEqual(UNAUTHENTICATED);
    writeFileSync(path, `${young}\n${old}\n`);
    clock.advance(1_000);
    await enter(byNew);
    await enter(byOld);
    writeFileSync(path, `${young}\n`);
    clock.advance(1_000);
    await enter(byNew);
    await expect(enter(byOld)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH4] a PEM file may hold several keys; one that is broken meanwhile leaves them as they were, and is logged', async () => {
    const [one, two] = [pairOf('p256'), pairOf('ed25519')];
    const path = file(pemOf(one.publicKey) + pemOf(two.publicKey));
    const { enter, clock, logs } = await gate({ AUTH_PUBLIC_KEY_FILE: path }, new ManualClock());
    const token = await signed({ sub: 'ann' }, { alg: 'EdDSA' }, two.privateKey);
    await enter(token);
    await enter(await signed({ sub: 'ann' }, { alg: 'ES256' }, one.privateKey));
    writeFileSync(path, 'half of a fi');
    for (let time = 0; time < 3; time++) {
      clock.advance(1_000);
      await enter(token);
    }
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'Keys cannot be read again; those from before stay'],
    ]);
  });
});

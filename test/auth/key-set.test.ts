import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { gate, UNAUTHENTICATED, UNAVAILABLE } from './support/authenticators.ts';
import { HttpServer, json } from './support/http-server.ts';
import { ALGORITHMS, pairOf, SECRET, signed } from './support/tokens.ts';

/** A server that gives out a key set, which a test may replace. */
class KeySetServer {
  readonly #http: HttpServer;
  keys: readonly object[] = [];

  private constructor(http: HttpServer) {
    this.#http = http;
    http.answer = (_asked, response) => json(response, { keys: this.keys });
  }

  static async start(): Promise<KeySetServer> {
    return new KeySetServer(await HttpServer.start(() => undefined));
  }

  get url(): string {
    return this.#http.url;
  }

  get requests(): number {
    return this.#http.asked.length;
  }

  fail(status: number, body = ''): void {
    this.#http.answer = (_asked, response) => response.writeHead(status).end(body);
  }

  heal(): void {
    this.#http.answer = (_asked, response) => json(response, { keys: this.keys });
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

async function jwk(key: KeyObject, kid: string, more: object = {}): Promise<object> {
  return { ...(await exportJWK(key)), kid, ...more };
}

describe('a key set at a URL', () => {
  it.each(ALGORITHMS)('[AUTH5] verifies %s', async (alg, pair) => {
    const server = await KeySetServer.start();
    const { publicKey, privateKey } = pairOf(pair);
    server.keys = [await jwk(publicKey, 'k1')];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url });
    expect((await enter(await signed({ sub: 'ann' }, { alg, kid: 'k1' }, privateKey))).subject).toBe('ann');
    expect((await enter(await signed({ sub: 'bob' }, { alg }, privateKey))).subject).toBe('bob');
    expect(server.requests).toBe(1);
  });

  it('[AUTH5] a key that comes in is found without a restart; one that has gone is gone when the set is read again', async () => {
    const server = await KeySetServer.start();
    const [old, young] = [pairOf('p256'), pairOf('ed25519')];
    server.keys = [await jwk(old.publicKey, 'old')];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url, AUTH_JWKS_COOLDOWN_MS: '1' });
    const byOld = await signed({ sub: 'ann' }, { alg: 'ES256', kid: 'old' }, old.privateKey);
    const byNew = await signed({ sub: 'ann' }, { alg: 'EdDSA', kid: 'new' }, young.privateKey);
    await enter(byOld);
    server.keys = [await jwk(young.publicKey, 'new')];
    await enter(byNew);
    await expect(enter(byOld)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('[AUTH5] tokens with unknown keys make it ask once a cooldown, not more', async () => {
    const server = await KeySetServer.start();
    server.keys = [await jwk(pairOf('p256').publicKey, 'k1')];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url });
    for (let at = 0; at < 20; at++) {
      const token = await signed({ sub: 'eve' }, { alg: 'ES256', kid: `guess-${at}` }, pairOf('p256').privateKey);
      await expect(enter(token)).rejects.toEqual(UNAUTHENTICATED);
    }
    expect(server.requests).toBe(1);
  });

  it('[AUTH5] several keys that fit are tried one after the other', async () => {
    const server = await KeySetServer.start();
    const [one, two] = [pairOf('p256'), pairOf('rsa')];
    server.keys = [
      await jwk(pairOf('p384').publicKey, 'x'),
      await jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, 'y'),
      await jwk(one.publicKey, 'a'),
      await jwk(two.publicKey, 'b'),
    ];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url });
    await enter(await signed({ sub: 'ann' }, { alg: 'ES256' }, one.privateKey));
    await enter(await signed({ sub: 'ann' }, { alg: 'PS256' }, two.privateKey));
  });

  it('[AUTH2] a secret in the set, or the public key taken as one, verifies nothing', async () => {
    const server = await KeySetServer.start();
    const { publicKey } = pairOf('rsa');
    const k = Buffer.from(SECRET).toString('base64url');
    server.keys = [await jwk(publicKey, 'k1'), { kty: 'oct', k, kid: 'k2', alg: 'HS256' }];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url });
    const secrets = [SECRET, publicKey.export({ format: 'pem', type: 'spki' }).toString()];
    for (const secret of secrets) {
      for (const kid of ['k1', 'k2']) {
        const token = await signed({ sub: 'eve' }, { alg: 'HS256', kid }, new TextEncoder().encode(secret));
        await expect(enter(token)).rejects.toEqual(UNAUTHENTICATED);
      }
    }
  });

  it('[AUTH2] a key is used for what the set says it is for', async () => {
    const server = await KeySetServer.start();
    const { publicKey, privateKey } = pairOf('rsa');
    server.keys = [await jwk(publicKey, 'k1', { alg: 'RS256', use: 'sig' })];
    const { enter } = await gate({ AUTH_JWKS_URL: server.url });
    await enter(await signed({ sub: 'ann' }, { alg: 'RS256', kid: 'k1' }, privateKey));
    const other = await signed({ sub: 'ann' }, { alg: 'PS512', kid: 'k1' }, privateKey);
    await expect(enter(other)).rejects.toEqual(UNAUTHENTICATED);
  });

  it.each([
    ['answers with an error', async (server: KeySetServer) => server.fail(500)],
    ['redirects', async (server: KeySetServer) => server.fail(302)],
    ['answers with what is no key set', async (server: KeySetServer) => server.fail(200, '{"keys":7}')],
    ['answers with what is no JSON', async (server: KeySetServer) => server.fail(200, '<html>')],
    ['is gone', (server: KeySetServer) => server.close()],
  ])('[AUTH5] while the server %s, tokens are refused as unavailable, and it is logged', async (_what, breakIt) => {
    const server = await KeySetServer.start();
    await breakIt(server);
    const { enter, logs } = await gate({ AUTH_JWKS_URL: server.url });
    const token = await signed({ sub: 'ann' }, { alg: 'ES256', kid: 'k1' }, pairOf('p256').privateKey);
    await expect(enter(token)).rejects.toEqual(UNAVAILABLE);
    // Not asked again at once, whoever comes.
    const asked = server.requests;
    for (let time = 0; time < 5; time++) await expect(enter(token)).rejects.toEqual(UNAVAILABLE);
    expect(server.requests).toBe(asked);
    expect(logs.map(({ level }) => level)).toEqual(['error']);
    expect(JSON.stringify(logs)).not.toContain(token);
  });

  it('[AUTH5] once it can be had again, so are those who come', async () => {
    const server = await KeySetServer.start();
    const { publicKey, privateKey } = pairOf('p256');
    server.fail(503);
    const { enter, clock } = await gate({ AUTH_JWKS_URL: server.url });
    const token = await signed({ sub: 'ann' }, { alg: 'ES256', kid: 'k1' }, privateKey);
    await expect(enter(token)).rejects.toEqual(UNAVAILABLE);
    server.keys = [await jwk(publicKey, 'k1')];
    server.heal();
    clock.advance(1_000);
    await enter(token);
  });

  it('[AUTH5] those whose key the server has otherwise do not wait for it', async () => {
    const server = await KeySetServer.start();
    await server.close();
    const { enter } = await gate({ AUTH_JWKS_URL: server.url, AUTH_SECRET: SECRET });
    const token = await signed({ sub: 'ann' }, { alg: 'HS256' }, new TextEncoder().encode(SECRET));
    expect((await enter(token)).subject).toBe('ann');
  });
});

import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/application/ports/authenticator.ts';
import { Decisions } from '../../src/infrastructure/auth/webhook/decisions.ts';
import { Webhook } from '../../src/infrastructure/auth/webhook/webhook.ts';
import { WebhookPrincipal } from '../../src/infrastructure/auth/webhook/webhook-principal.ts';
import { deciderContract, QUESTION } from '../contracts/decider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { gate, id, UNAUTHENTICATED, UNAVAILABLE } from './support/authenticators.ts';
import { HttpServer, json } from './support/http-server.ts';
import { SabotagedDecider } from './support/sabotaged-decider.ts';
import { READ_ALL, SECRET, tokenOf } from './support/tokens.ts';

const clock = new ManualClock();

deciderContract('the webhook', async () => {
  const server = await HttpServer.start(() => undefined);
  const decider = new Webhook({ url: new URL(server.url), secret: undefined, timeout: 5_000, clock });
  return {
    decider,
    decide: (decision) => {
      server.answer = (_asked, response) => {
        if (decision === 'unknown') json(response, {}, 401);
        else json(response, { ...decision, sub: decision.subject });
      };
    },
    fail: () => {
      server.answer = (_asked, response) => json(response, { access: 'write' }, 500);
    },
  };
});

deciderContract('the saboteur', async () => {
  const decider = new SabotagedDecider();
  return {
    decider,
    decide: (decision) => {
      decider.sabotage('none');
      decider.decision = decision;
    },
    fail: () => decider.sabotage('all'),
  };
});

describe('what the webhook is sent', () => {
  it('[AUTH16] the token, the document, the address and the time, as JSON', async () => {
    const server = await HttpServer.start((_asked, response) => json(response, { access: 'read' }));
    await new Webhook({ url: new URL(server.url), secret: undefined, timeout: 5_000, clock }).ask(QUESTION);
    const [asked] = server.asked;
    expect(asked?.headers['content-type']).toBe('application/json');
    expect(asked?.headers).not.toHaveProperty('x-collaboration-signature');
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      token: 'opaque-token',
      document: 'team/notes ü',
      remoteAddress: '192.0.2.7',
      time: clock.now(),
    });
  });

  it('[AUTH17] with a secret, signed: HMAC-SHA256 of the body', async () => {
    const server = await HttpServer.start((_asked, response) => json(response, { access: 'read' }));
    await new Webhook({ url: new URL(server.url), secret: SECRET, timeout: 5_000, clock }).ask(QUESTION);
    const { headers, body } = server.asked[0]!;
    const expected = createHmac('sha256', SECRET).update(body).digest('hex');
    expect(headers['x-collaboration-signature']).toBe(`sha256=${expected}`);
  });
});

const FAULTS: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['500', (response) => json(response, { access: 'write' }, 500)],
  ['201', (response) => json(response, { access: 'write' }, 201)],
  ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['no JSON', (response) => response.end('write')],
  ['nothing', (response) => response.end()],
  ['a list', (response) => json(response, ['write'])],
  ['an access that there is not', (response) => json(response, { access: 'admin' })],
  ['no access', (response) => json(response, { sub: 'ann' })],
  ['a subject that is none', (response) => json(response, { access: 'write', sub: '' })],
  ['a time that is none', (response) => json(response, { access: 'write', expiresAt: 'later' })],
  ['too much', (response) => json(response, { access: 'write', filler: 'x'.repeat(100_000) })],
  ['a broken connection', (response) => response.destroy()],
  [
    'half an answer',
    (response) => response.writeHead(200, { 'content-length': '100' }).write('{"acc') && response.destroy(),
  ],
  ['silence', () => undefined],
];

describe('a webhook that fails', () => {
  it.each(FAULTS)(
    '[AUTH16] %s: refused as unavailable, never allowed, and logged without the token',
    async (_what, fault) => {
      const server = await HttpServer.start((_asked, response) => fault(response));
      const { enter, logs } = await gate({ AUTH_WEBHOOK_URL: server.url, AUTH_WEBHOOK_TIMEOUT_MS: '150' });
      const token = 'a-very-secret-opaque-token';
      const principal = await enter(token);
      await expect(principal.accessTo(id('d'))).rejects.toEqual(UNAVAILABLE);
      expect(logs.map(({ level, message }) => [level, message])).toEqual([
        ['error', 'The webhook that decides who may do what has failed'],
      ]);
      expect(
        JSON.stringify(logs, (_key, value) => (value instanceof Error ? String(value.stack) : value)),
      ).not.toContain(token);
      // Nothing of it is kept.
      server.answer = (_asked, response) => json(response, { access: 'read' });
      expect(await principal.accessTo(id('d'))).toBe('read');
    },
  );

  it('[AUTH16] one that is not there: unavailable', async () => {
    const server = await HttpServer.start(() => undefined);
    await server.close();
    const { enter } = await gate({ AUTH_WEBHOOK_URL: server.url });
    await expect((await enter('t')).accessTo(id('d'))).rejects.toEqual(UNAVAILABLE);
  });

  it('[AUTH16] whichever call fails, that one is refused and no other', async () => {
    for (let nth = 1; nth <= 6; nth++) {
      const decider = new SabotagedDecider();
      const { logger } = silent();
      const decisions = new Decisions({ decider, keep: 0, maxEntries: 10, clock, logger });
      decider.sabotage(nth);
      for (let call = 1; call <= 6; call++) {
        const decided = decisions.decide(QUESTION);
        if (call === nth) await expect(decided).rejects.toEqual(UNAVAILABLE);
        else expect((await decided).access).toBe('write');
      }
    }
  });
});

function silent() {
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  return { logger };
}

describe('what is kept of its answers', () => {
  function scene(keep = 10_000, maxEntries = 3) {
    const decider = new SabotagedDecider();
    const time = new ManualClock();
    const decisions = new Decisions({ decider, keep, maxEntries, clock: time, logger: silent().logger });
    const ask = (document: string, more: object = {}) => decisions.decide({ ...QUESTION, document, ...more });
    return { decider, time, ask };
  }

  it('[AUTH16] the same question is asked again only after AUTH_WEBHOOK_CACHE_MS', async () => {
    const { decider, time, ask } = scene();
    await ask('a');
    decider.decision = { access: 'none' };
    expect((await ask('a')).access).toBe('write');
    time.advance(10_000);
    expect((await ask('a')).access).toBe('none');
    expect(decider.calls).toBe(2);
  });

  it('[AUTH16] a refusal is kept too; that a token is not accepted is not, nor is a failure', async () => {
    const { decider, ask } = scene();
    decider.decision = { access: 'none' };
    await ask('a');
    await ask('a');
    expect(decider.calls).toBe(1);
    decider.decision = 'unknown';
    for (let time = 0; time < 2; time++) await expect(ask('b')).rejects.toEqual(UNAUTHENTICATED);
    decider.sabotage('all');
    for (let time = 0; time < 2; time++) await expect(ask('c')).rejects.toEqual(UNAVAILABLE);
    expect(decider.calls).toBe(5);
  });

  it('[AUTH16] no answer outlives its own expiresAt, and none is kept where the time is 0', async () => {
    const { decider, time, ask } = scene();
    decider.decision = { access: 'write', expiresAt: time.now() + 500 };
    await ask('a');
    time.advance(499);
    await ask('a');
    expect(decider.calls).toBe(1);
    time.advance(1);
    await ask('a');
    expect(decider.calls).toBe(2);
    const without = scene(0);
    await without.ask('a');
    await without.ask('a');
    expect(without.decider.calls).toBe(2);
  });

  it('[AUTH16] another token, document, subject or address is another question', async () => {
    const { decider, ask } = scene(10_000, 100);
    await ask('a');
    for (const more of [{ token: 'x' }, { token: undefined }, { subject: 'x' }, { remoteAddress: '::1' }])
      await ask('a', more);
    await ask('b');
    expect(decider.calls).toBe(6);
    // Whatever stands in them, parts do not run into one another.
    await ask('a', { token: 'x', subject: 'y' });
    await ask('a', { token: 'x","a","y', subject: undefined });
    expect(decider.calls).toBe(8);
  });

  it('[AUTH16] no more than AUTH_WEBHOOK_CACHE_ENTRIES, the least used go first', async () => {
    const { decider, ask } = scene(10_000, 3);
    for (const document of ['a', 'b', 'c', 'd']) await ask(document);
    await ask('b');
    expect(decider.calls).toBe(4);
    await ask('a');
    expect(decider.calls).toBe(5);
  });

  it('[AUTH16] the same question is asked once at a time', async () => {
    const { decider, ask } = scene(0);
    const answers = await Promise.all([ask('a'), ask('a'), ask('b'), ask('a')]);
    expect(answers.map(({ access }) => access)).toEqual(['write', 'write', 'write', 'write']);
    expect(decider.calls).toBe(2);
  });

  it('[AUTH16] 256 questions may be under way; whoever comes then is refused as unavailable', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const decider = new SabotagedDecider();
    const slow = { ask: (question: typeof QUESTION) => opened.then(() => decider.ask(question)) };
    const decisions = new Decisions({ decider: slow, keep: 0, maxEntries: 1, clock, logger: silent().logger });
    const asked = Array.from({ length: 256 }, (_, at) => decisions.decide({ ...QUESTION, document: `d${at}` }));
    await expect(decisions.decide({ ...QUESTION, document: 'one more' })).rejects.toEqual(UNAVAILABLE);
    open();
    await Promise.all(asked);
    expect((await decisions.decide({ ...QUESTION, document: 'one more' })).access).toBe('write');
  });
});

describe('whom it decides about', () => {
  function principal(known: object = {}): { readonly who: Principal; readonly decider: SabotagedDecider } {
    const decider = new SabotagedDecider();
    const decisions = new Decisions({ decider, keep: 0, maxEntries: 1, clock, logger: silent().logger });
    return {
      who: new WebhookPrincipal({ token: 't', remoteAddress: undefined, known, most: 'write' }, decisions),
      decider,
    };
  }

  it('[AUTH16] it says who that is; whoever it does not name is anonymous', async () => {
    const { who, decider } = principal();
    await who.accessTo(id('a'));
    expect(who.subject).toBe('anonymous');
    decider.decision = { access: 'write', subject: 'ann', name: 'Ann', color: 'red', expiresAt: 5_000 };
    await who.accessTo(id('a'));
    expect(who).toMatchObject({ subject: 'ann', name: 'Ann', color: 'red', expiresAt: 5_000 });
  });

  it('[AUTH16] one connection does not become somebody else from one document to the next', async () => {
    const { who, decider } = principal();
    decider.decision = { access: 'write', subject: 'ann' };
    await who.accessTo(id('a'));
    decider.decision = { access: 'write', subject: 'bob' };
    await expect(who.accessTo(id('b'))).rejects.toMatchObject({ kind: 'forbidden' });
    expect(who.subject).toBe('ann');
    const { who: verified, decider: other } = principal({ subject: 'ann' });
    other.decision = { access: 'write', subject: 'bob' };
    await expect(verified.accessTo(id('b'))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('[AUTH16] the earliest of all ends counts', async () => {
    const { who, decider } = principal({ expiresAt: 9_000 });
    for (const [expiresAt, earliest] of [
      [10_000, 9_000],
      [undefined, 9_000],
      [4_000, 4_000],
      [6_000, 4_000],
    ] as const) {
      decider.decision = { access: 'read', ...(expiresAt === undefined ? {} : { expiresAt }) };
      await who.accessTo(id('a'));
      expect(who.expiresAt).toBe(earliest);
    }
  });

  it('[AUTH16] where the server can verify tokens, it does, and the webhook decides instead of the grants', async () => {
    const server = await HttpServer.start((_asked, response) => json(response, { access: 'write' }));
    const { enter } = await gate({ AUTH_WEBHOOK_URL: server.url, AUTH_SECRET: SECRET });
    await expect(enter('opaque')).rejects.toEqual(UNAUTHENTICATED);
    expect(server.asked).toEqual([]);
    const who = await enter(await tokenOf({ sub: 'ann', name: 'Ann', grants: READ_ALL }));
    expect(await who.accessTo(id('d'))).toBe('write');
    expect(JSON.parse(server.asked[0]!.body)).toMatchObject({ subject: 'ann', name: 'Ann', document: 'd' });
    expect(who.subject).toBe('ann');
  });

  it('[AUTH15] those without a token are refused unasked, unless AUTH_ANONYMOUS gives them something', async () => {
    const server = await HttpServer.start((_asked, response) => json(response, { access: 'write' }));
    const closed = await gate({ AUTH_WEBHOOK_URL: server.url });
    await expect(closed.enter()).rejects.toEqual(UNAUTHENTICATED);
    expect(server.asked).toEqual([]);
    const open = await gate({ AUTH_WEBHOOK_URL: server.url, AUTH_ANONYMOUS: 'read' });
    const nobody = await open.enter();
    expect(await nobody.accessTo(id('d'))).toBe('read');
    expect(JSON.parse(server.asked[0]!.body)).not.toHaveProperty('token');
    server.answer = (_asked, response) => json(response, {}, 403);
    expect(await nobody.accessTo(id('e'))).toBe('none');
  });
});

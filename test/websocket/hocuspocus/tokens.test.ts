import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Authenticator, Principal } from '../../../src/application/ports/authenticator.ts';
import { atEnd } from '../../support/clean-up.ts';
import { HocuspocusClient, syncFrame } from '../../support/hocuspocus-client.ts';
import { JsonClient } from '../../support/json-client.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { holdersOf, principalOf } from '../../support/principals.ts';
import { startServer } from '../../support/server.ts';
import { insertion, textOf } from '../../support/updates.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const TOKENS = holdersOf({
  ann: { subject: 'ann' },
  reader: { subject: 'ann', accessTo: () => 'read' },
  bob: { subject: 'bob' },
  partly: { subject: 'ann', accessTo: ({ value }) => (value === 'd' ? 'write' : 'none') },
});

describe('a token', () => {
  it('[HOC16] opens its document and no other; the socket goes on', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.token('d', 'wrong');
    expect((await client.next('denied', 'd')).text).toBe('This token does not do.');
    client.token('x', 'partly');
    await client.next('denied', 'x');
    expect(await client.authenticate('d', 'partly')).toBe('read-write');
    expect(await client.authenticate('r', 'reader', '4.1.0')).toBe('readonly');
    client.token('e');
    await client.next('denied', 'e');
    expect(await client.write('d', insertion('x'))).toBe('1');
    expect(client.unread).toEqual([]);
  });

  it('[HOC16] is waited for: what came before it is handled behind it, in order', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.update('d', insertion('early'));
    client.step1('d');
    await client.authenticate('other', 'ann');
    expect(client.unread).toEqual([]);
    client.token('d', 'ann');
    for (const kind of ['authenticated', 'step1', 'step2']) expect((await client.nextOfAll()).kind).toBe(kind);
    expect((await client.next('status', 'd')).text).toBe('1');
  });

  it('[HOC16] that was refused may be followed by a better one; nothing is heard until then', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.token('d', 'wrong');
    await client.next('denied');
    client.update('d', insertion('lost'));
    client.step1('d');
    await client.authenticate('d', 'ann');
    expect(textOf(await client.sync('d'))).toBe('');
    expect(client.unread).toEqual([]);
  });

  it('[HOC16] of the socket does where a document brings none', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl, '/ws?token=ann');
    client.step1('first frame');
    expect((await client.next('authenticated')).text).toBe('read-write');
    expect(await client.authenticate('empty token')).toBe('read-write');
    expect(await client.authenticate('own token', 'reader')).toBe('readonly');
  });

  it('[HOC16] of the socket that does not do ends it with 4401, in the protocol that the client speaks', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl, '/ws?token=wrong');
    client.step1('d');
    await client.next('denied', 'd');
    expect(await client.closed).toBe(4401);
    for (const says of ['something', 'nothing']) {
      const ws = new WebSocket(`${wsUrl}/ws?token=wrong`);
      if (says === 'something') ws.on('open', () => ws.send('{}'));
      const [data, isBinary] = (await once(ws, 'message')) as [Buffer, boolean];
      expect([isBinary, JSON.parse(data.toString())]).toMatchObject([false, { data: { code: 401 } }]);
      expect((await once(ws, 'close'))[0]).toBe(4401);
    }
  });
});

describe('a token for a document that is open', () => {
  it('[HOC17] is a newer one: it says anew what may be done', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    await client.authenticate('d', 'ann');
    await client.write('d', insertion('x'));
    expect(await client.authenticate('d', 'reader')).toBe('readonly');
    expect(await client.write('d', insertion('y'))).toBe('0');
    expect(await client.authenticate('d', 'ann')).toBe('read-write');
    expect(await client.write('d', insertion('z'))).toBe('1');
  });

  it.each(['wrong', 'bob'])('[HOC17] ends it where it does not do: %s; nothing else on the socket', async (token) => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    await client.authenticate('d', 'ann', '4.0.0');
    await client.authenticate('other', 'ann');
    client.token('d', token, '4.0.0');
    await client.next('denied', 'd');
    await client.next('close', 'd');
    client.update('d', insertion('lost'));
    expect(await client.write('other', insertion('x'))).toBe('1');
    expect(client.unread).toEqual([]);
  });
});

/** Tokens `<name>@<milliseconds>`, valid until then. */
const TIMED: Authenticator = {
  demands: 'a token',
  authenticate: async ({ token = '' }) => {
    const [subject = '', expiresAt] = token.split('@');
    return principalOf({ subject, expiresAt: Number(expiresAt) });
  },
};

describe('a token that expires', () => {
  it('[HOC18] is asked for in time; a newer one goes on', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock, authenticator: TIMED });
    const client = await HocuspocusClient.open(wsUrl);
    const end = clock.now() + 60_000;
    await client.authenticate('d', `ann@${end}`);
    const pass = async (seconds: number) => {
      for (let left = seconds; left > 0; left -= 5) {
        clock.advance(5_000);
        client.send(Uint8Array.of(9));
        await client.next('pong');
      }
    };
    await pass(25);
    expect(client.unread).not.toContain('d token');
    await pass(10);
    expect((await client.next('token')).text).toBe('');
    await client.authenticate('d', `ann@${end + 3_600_000}`);
    await pass(60);
    expect(await client.write('d', insertion('x'))).toBe('1');
    expect(client.unread.filter((each) => each !== 'd awareness')).toEqual([]);
  });

  it('[HOC18] ends its document, and nothing else on the socket', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock, authenticator: TIMED });
    const client = await HocuspocusClient.open(wsUrl);
    const end = clock.now() + 10_000;
    await client.authenticate('d', `ann@${end}`);
    await client.authenticate('new', `ann@${end}`, '4.0.0');
    await client.authenticate('other', `ann@${end + 600_000}`);
    clock.advance(11_000);
    expect((await client.next('denied', 'd')).text).toBe('The token has expired.');
    await client.next('denied', 'new');
    await client.next('close', 'new');
    client.update('d', insertion('late'));
    expect(await client.write('other', insertion('x'))).toBe('1');
    expect(client.unread.filter((each) => each.includes('close') || each.includes('status'))).toEqual([]);
  });
});

describe('without a token', () => {
  it('[HOC19] a document is refused after a while, where others are open', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock, authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.step1('d');
    await client.authenticate('other', 'ann');
    clock.advance(12_000);
    await client.next('denied', 'd');
    expect(await client.write('other', insertion('x'))).toBe('1');
  });

  it('[HOC19] a socket is ended with 4408', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock, authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.step1('d');
    client.token('e', 'wrong');
    await client.next('denied', 'e');
    clock.advance(12_000);
    expect(await client.closed).toBe(4408);
  });

  it('[HOC19] a JSON client is told so, and the socket ended', async () => {
    const { wsUrl } = await start({}, { authenticator: TOKENS });
    const client = await JsonClient.open(wsUrl);
    client.ws.send(JSON.stringify({ type: 'sync', doc_id: 'd' }));
    expect(await client.next('error')).toMatchObject({ data: { code: 401 } });
    expect(await client.closed).toBe(4401);
  });
});

describe('a flood before authentication', () => {
  const LIMITS = { MAX_WAITING_MESSAGES: '20', MAX_WAITING_BYTES: '4096', MAX_WAITING_DOCUMENTS: '5' };

  it.each([
    ['messages', Array.from({ length: 21 }, () => syncFrame('d', 0, Uint8Array.of(0)))],
    ['bytes', Array.from({ length: 5 }, () => syncFrame('d', 2, new Uint8Array(1_000)))],
    ['documents', Array.from({ length: 6 }, (_, at) => syncFrame(`doc ${at}`, 0, Uint8Array.of(0)))],
  ])('[HOC23] of %s ends the socket with 4205', async (_what, frames) => {
    const { wsUrl } = await start(LIMITS, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    for (const frame of frames) client.send(frame);
    expect(await client.closed).toBe(4205);
  });

  it('[HOC23] is none up to the bounds, nor are documents whose tokens came', async () => {
    const { wsUrl } = await start(LIMITS, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    for (let at = 0; at < 5; at++) for (let count = 0; count < 4; count++) client.step1(`doc ${at}`);
    for (let at = 0; at < 5; at++) client.token(`doc ${at}`, 'ann');
    for (let at = 0; at < 5; at++) for (let count = 0; count < 4; count++) await client.next('step2', `doc ${at}`);
    for (let at = 0; at < 50; at++) client.token(`more ${at}`, 'ann');
    for (let at = 0; at < 50; at++) await client.next('authenticated', `more ${at}`);
  });

  it('[HOC23] goes for the time that looking at a token takes', async () => {
    let decide: (who: Principal) => void = () => undefined;
    const authenticator: Authenticator = {
      demands: 'a token',
      authenticate: () =>
        new Promise((resolve) => {
          decide = resolve;
        }),
    };
    const { wsUrl } = await start(LIMITS, { authenticator });
    const client = await HocuspocusClient.open(wsUrl);
    client.token('d', 'slow');
    for (let count = 0; count < 20; count++) client.step1('d');
    client.send(Uint8Array.of(9));
    await client.next('pong');
    decide(principalOf());
    for (let count = 0; count < 20; count++) await client.next('step2', 'd');
    client.token('e', 'slow');
    for (let count = 0; count < 21; count++) client.step1('e');
    expect(await client.closed).toBe(4205);
  });

  it('[HOC23] documents whose tokens are looked at wait for one another at worst', async () => {
    const decide: ((who: Principal) => void)[] = [];
    const authenticator: Authenticator = {
      demands: 'a token',
      authenticate: () => new Promise((resolve) => decide.push(resolve)),
    };
    const { wsUrl } = await start(LIMITS, { authenticator });
    const client = await HocuspocusClient.open(wsUrl);
    for (let at = 0; at < 12; at++) client.token(`doc ${at}`, 'slow');
    for (let at = 0; at < 12; at++) {
      while (decide.length === 0) await new Promise((resolve) => setImmediate(resolve));
      decide.shift()?.(principalOf());
      await client.next('authenticated', `doc ${at}`);
    }
  });
});

describe('a stranger', () => {
  it('[HOC19] does not stay for a ping, nor for a token that does not do', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock, authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    client.send(Uint8Array.of(9));
    await client.next('pong');
    client.token('d', 'wrong');
    await client.next('denied');
    clock.advance(12_000);
    expect(await client.closed).toBe(4408);
  });

  it('[HOC24] [LIM3] may not try tokens without end', async () => {
    const { wsUrl } = await start({ MAX_INVALID_MESSAGES: '5' }, { authenticator: TOKENS });
    const client = await HocuspocusClient.open(wsUrl);
    for (let count = 0; count < 6; count++) {
      client.token('d', `guess ${count}`);
      if (count < 5) await client.next('denied');
    }
    expect(await client.closed).toBe(4401);
  });
});

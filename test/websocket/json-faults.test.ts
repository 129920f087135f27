import { describe, expect, it } from 'vitest';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { BAIT, POISON } from '../grpc/support/poison.ts';
import { atEnd } from '../support/clean-up.ts';
import { base64, JsonClient, sequenceOf } from '../support/json-client.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const INVALID = { code: 400, error_type: 'INVALID_UPDATE' };
const NOT_FOUND = { code: 404, error_type: 'DOCUMENT_NOT_FOUND' };

describe('faults', () => {
  const doc_id = 'd';
  const faults: readonly [string, unknown][] = [
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['no doc_id', { type: 'sync' }],
    ['a doc_id that is no string', { doc_id: 1, type: 'sync' }],
    ['no type', { doc_id }],
    ['an unknown type', { doc_id, type: 'ack' }],
    ['a type of Object.prototype', { doc_id, type: 'constructor' }],
    ['an empty doc_id', { doc_id: ' ', type: 'sync' }],
    ['an oversized doc_id', { doc_id: 'x'.repeat(257), type: 'sync' }],
    ['base64 of the URL alphabet', { doc_id, type: 'update', update: 'AA-_' }],
    ['base64 with too much padding', { doc_id, type: 'update', update: 'A===' }],
    ['a control character in the doc_id', { doc_id: 'a\u0000b', type: 'sync' }],
    ['half a surrogate pair in the doc_id', '{"doc_id":"\\ud800","type":"sync"}'],
    ['base64 with a stranger in it', { doc_id, type: 'update', update: 'AA*=' }],
    ['base64 without padding', { doc_id, type: 'update', update: 'AAA' }],
    ['an update that is no string', { doc_id, type: 'update', update: [0, 0] }],
    ['an update message without one', { doc_id, type: 'update' }],
    ['an update that does not decode', { doc_id, type: 'update', update: base64(Uint8Array.of(1, 2, 3)) }],
    ['an empty update', { doc_id, type: 'update', update: '' }],
    ['a state vector that does not decode', { doc_id, type: 'sync', update: base64(Uint8Array.of(5, 1)) }],
    ['a state vector of sv that does not decode', { doc_id, type: 'sv', update: base64(Uint8Array.of(5, 1)) }],
    ['an awareness state that is no object', { doc_id, type: 'awareness', data: 5 }],
    ['an awareness state that is an array', { doc_id, type: 'awareness', data: [] }],
    ['an awareness update that does not decode', { doc_id, type: 'awareness', update: base64(Uint8Array.of(9)) }],
    ['a join without data', { doc_id: 'other', type: 'join' }],
    ['a join without user_id', { doc_id: 'other', type: 'join', data: {} }],
    [
      'a join with metadata that is no text',
      { doc_id: 'other', type: 'join', data: { user_id: 'u', user_metadata: { a: 1 } } },
    ],
    [
      'data that is nested without end',
      `{"doc_id":"d","type":"awareness","data":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`,
    ],
  ];

  it.each(faults)('[JSON6] answers %s with 400 INVALID_UPDATE and keeps the socket', async (_what, message) => {
    const server = await start();
    const client = await JsonClient.open(server.wsUrl);
    await client.sync('d');
    client.send(message);
    expect(await client.nextFault()).toEqual(INVALID);
    expect(await client.write('d', insertion('still here'))).toBe(1);
    expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('[JSON6] [ROOM4] answers an update that does not integrate with 400; the document is as before', async () => {
    const { wsUrl } = await start();
    const [poisoner, other] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await poisoner.sync('d');
    await other.sync('d');
    await poisoner.write('d', BAIT);
    await other.next('update');
    poisoner.update('d', POISON);
    expect(await poisoner.nextFault()).toEqual(INVALID);
    expect(await poisoner.write('d', insertion('fine'))).toBe(2);
    expect(sequenceOf(await other.next('update'))).toBe(2);
    await poisoner.settle();
    await other.settle();
    expect([...poisoner.received.unread, ...other.received.unread]).toEqual([]);
  });

  it('[LIM3] counts updates that do not integrate as faulty messages, and closes past the limit', async () => {
    const { wsUrl } = await start({ MAX_INVALID_MESSAGES: '2' });
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    await client.write('d', BAIT);
    for (let at = 0; at < 2; at++) {
      client.update('d', POISON);
      expect(await client.nextFault()).toEqual(INVALID);
    }
    client.update('d', POISON);
    expect(await client.closed).toBe(4400);
  });

  it('[JSON7] answers update and awareness before sync or join with 404', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    await client.sync('mine');
    client.update('d', insertion('x'));
    expect(await client.nextFault()).toEqual(NOT_FOUND);
    client.send({ doc_id: 'd', type: 'awareness', data: {} });
    expect(await client.nextFault()).toEqual(NOT_FOUND);
  });

  it('[LIM2] answers an update over MAX_MESSAGE_BYTES with 413 and closes with 1009 past the largest frame', async () => {
    const { wsUrl } = await start({ MAX_MESSAGE_BYTES: '2048' });
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    client.update('d', insertion('x'.repeat(2048)));
    expect(await client.nextFault()).toEqual({ code: 413, error_type: 'INVALID_UPDATE' });
    client.send({ doc_id: 'd', type: 'sv', update: base64(new Uint8Array(2049)) });
    expect(await client.nextFault()).toEqual({ code: 413, error_type: 'INVALID_UPDATE' });
    client.update('d', new Uint8Array(64 * 1024));
    expect(await client.closed).toBe(1009);
  });

  it('[LIM2] takes an update of many megabytes', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    const update = insertion('x'.repeat(20 * 1024 * 1024));
    expect(await client.write('d', update)).toBe(1);
    const other = await JsonClient.open(wsUrl);
    expect(Buffer.compare((await other.sync('d')).update, update)).toBe(0);
  });

  it('[ROOM7] a document that cannot be loaded is 503, never empty', async () => {
    const log = new GatedLog();
    log.load = () => Promise.reject(new Error('The disk is gone'));
    const { wsUrl } = await start({}, { log });
    const client = await JsonClient.open(wsUrl);
    client.send({ doc_id: 'd', type: 'sync' });
    expect(await client.nextFault()).toEqual({ code: 503, error_type: 'CONNECTION_ERROR' });
    expect(await client.closed).toBe(1013);
  });
});

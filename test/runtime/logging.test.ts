import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CollaborationError } from '../../src/domain/errors.ts';
import { createLogger, type LogLevel } from '../../src/infrastructure/logging/pino-logger.ts';
import { GrpcClient } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { base64, JsonClient } from '../support/json-client.ts';
import { poisonFor } from '../support/poison.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';

const TOKEN = 'top-secret-token';
const CONTENT = 'confidential content';

/** What the logger writes, as text. */
function written(level: LogLevel, log: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  log(createLogger(level, destination));
  return text;
}

describe('the log', () => {
  it('[CFG5] is one JSON object a line, with level, time, fields and message', () => {
    const text = written('info', (logger) => {
      logger.info({ document: 'team/notes', client: 'c1', session: 's1' }, 'One\nline');
      logger.error({ err: new CollaborationError('unavailable', 'Outer', new Error('inner cause')) }, 'Failed');
      logger.debug({}, 'left out');
    });
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      document: 'team/notes',
      client: 'c1',
      session: 's1',
      msg: 'One\nline',
    });
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', err: { message: 'Outer' } });
    expect(lines[1]).toContain('inner cause');
  });

  it('[CFG5] writes only what is at least as important as its level', () => {
    const levels = ['debug', 'info', 'warn', 'error'] as const;
    const counts = (['debug', 'info', 'warn', 'error', 'silent'] as const).map(
      (level) =>
        written(level, (logger) => {
          for (const each of levels) logger[each]({}, each);
        })
          .split('\n')
          .filter((line) => line !== '').length,
    );
    expect(counts).toEqual([4, 3, 2, 1, 0]);
  });

  it('[CFG5] takes tokens out where a field holds one', () => {
    const text = written('debug', (logger) =>
      logger.info({ token: TOKEN, headers: { authorization: `Bearer ${TOKEN}` } }, 'x'),
    );
    expect(text).not.toContain(TOKEN);
    expect(JSON.parse(text)).toMatchObject({ msg: 'x' });
  });
});

/** All that a server logs, at any level, as it would be written. */
const linesOf = ({ logs }: RunningServer): string =>
  written('debug', (logger) => {
    for (const { level, fields, message } of logs) logger[level as 'debug'](fields, message);
  });

describe('what a server logs', () => {
  it('[CFG5] ids, and neither a token nor content, whatever clients send', async () => {
    const server = await startServer();
    atEnd(() => server.stop());
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${TOKEN}`);
    await client.join('notes', 'user-1', { user_name: CONTENT, user_metadata: { note: CONTENT } });
    const { bait, accepted } = poisonFor(insertion(CONTENT));
    await client.write('notes', bait);
    await client.write('notes', insertion(CONTENT));
    client.send({ doc_id: 'notes', type: 'awareness', data: { text: CONTENT } });
    client.update('notes', accepted[0]!);
    await client.nextFault();
    for (const broken of [
      `{"${CONTENT}`,
      { doc_id: 'notes', type: CONTENT },
      { doc_id: 'notes', type: 'update', update: CONTENT },
    ]) {
      client.send(broken);
      await client.nextFault();
    }
    client.send({ doc_id: 'notes', type: 'update', update: base64(insertion(CONTENT).slice(0, -3)) });
    await client.nextFault();
    await yWebsocket(server);
    await grpc(server);
    client.close();
    await client.closed;

    const text = linesOf(server);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(CONTENT);
    expect(text).not.toContain('confidential');
    expect(text).not.toContain(base64(insertion(CONTENT)).slice(8, 40));
    for (const line of text.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
    expect(text).toMatch(/"document":"notes","client":"[^"]+","session":"[^"]+"/);
    expect(text).toContain('does not integrate');
  });

  it('[CFG5] an e-mail address only by its domain', async () => {
    const server = await startServer({ ENABLE_GRPC: 'false' });
    atEnd(() => server.stop());
    const client = await JsonClient.open(server.wsUrl);
    await client.join('notes', 'ada.lovelace@example.org');
    expect(linesOf(server)).not.toContain('lovelace');
    expect(linesOf(server)).toContain('"userDomain":"example.org"');
  });
});

/** A provider that sends what is no message: it is refused and closed. */
async function yWebsocket(server: RunningServer): Promise<void> {
  const ws = new WebSocket(`${server.wsUrl}/ws/notes?token=${TOKEN}`);
  atEnd(() => ws.terminate());
  await once(ws, 'open');
  ws.send(Buffer.concat([Buffer.of(0, 2, CONTENT.length), Buffer.from(CONTENT)]));
  await once(ws, 'close');
}

async function grpc(server: RunningServer): Promise<void> {
  const client = new GrpcClient(server.grpcAddress, `Bearer ${TOKEN}`);
  atEnd(() => client.close());
  const stream = client.open();
  atEnd(() => stream.call.cancel());
  stream.send('notes', 'grpc-client', { join_document: { user_id: 'user-2', user_name: CONTENT } });
  await stream.next();
  stream.send('notes', 'grpc-client', { update: { update_data: Buffer.from(CONTENT) } });
  for (let message = await stream.next(); message.message_type !== 'error'; ) message = await stream.next();
}

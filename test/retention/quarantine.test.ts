import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isMissing } from '../kit/programs.ts';
import { runningDatabase } from '../stores/support/databases.ts';
import { atEnd } from '../support/clean-up.ts';
import type { Refusal } from '../support/doors/door.ts';
import { DOOR_NAMES, DOORS } from '../support/doors/doors.ts';
import { Inbox } from '../support/inbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';

const FLIP = 'set_byte(value, length(value) - 1, get_byte(value, length(value) - 1) # 1)';

async function running(url: string, environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const server = await startServer({ STORE_URL: url, STORE_DURABILITY: 'database', ...environment });
  atEnd(() => server.stop());
  return server;
}

/** Writes three updates, each a record of its own. */
async function written(server: RunningServer, name: string): Promise<void> {
  const acknowledged = new Inbox<number | undefined>();
  const client = await DOORS.JSON(server, name, { acknowledged: (sequence) => acknowledged.push(sequence) });
  for (const update of insertions('one ', 'two ', 'three')) {
    client.send(update);
    await acknowledged.take('acknowledgement', () => true);
  }
  client.close();
}

describe.skipIf(isMissing('postgres'))('a document of which a record is damaged', () => {
  const database = runningDatabase('postgres');

  async function query(sql: string, values: unknown[]): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  const bytesOf = (name: string) =>
    query('SELECT * FROM collaboration_updates WHERE document = $1 ORDER BY first_sequence', [Buffer.from(name)]);

  async function flip(name: string, sequence: number): Promise<void> {
    const sql = `UPDATE collaboration_updates SET value = ${FLIP} WHERE document = $1 AND first_sequence = $2`;
    await query(sql, [Buffer.from(name), sequence]);
  }

  it.each(DOOR_NAMES)('[QUAR1] [QUAR2] [QUAR3] is read-only up to the damage through %s', async (door) => {
    const name = `damaged-${door}`;
    const first = await running(database().url);
    await written(first, name);
    await written(first, `whole-${door}`);
    await first.stop();
    await flip(name, 3);
    const before = await bytesOf(name);
    const server = await running(database().url, { ROOM_IDLE_MS: '1', COMPACT_IDLE_AFTER_UPDATES: '1' });
    const refusals = new Inbox<Refusal>();
    const acknowledged = new Inbox<number | undefined>();
    const client = await DOORS[door](server, name, {
      refused: (refusal) => refusals.push(refusal),
      acknowledged: (sequence) => acknowledged.push(sequence),
    });
    atEnd(() => client.close());
    expect(textOf(client.initial)).toBe('one two ');
    client.send(insertion('lost?', 7));
    const told = await refusals.take('refusal', ({ message }) => message !== '');
    if (door !== 'Hocuspocus') expect(told.message).toMatch(/damaged.*read-only/s);
    expect(acknowledged.unread).toEqual([]);
    const whole = await DOORS[door](server, `whole-${door}`, {});
    expect(textOf(whole.initial)).toBe('one two three');
    whole.close();
    const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/^collaboration_documents_quarantined 1$/m);
    expect((await fetch(`${server.httpUrl}/health/ready`)).status).toBe(200);
    const described = (await (await fetch(`${server.httpUrl}/documents/${name}`)).json()) as { quarantine: string };
    expect(described.quarantine).toMatch(/damaged/);
    const errors = server.logs.filter(({ level, fields }) => level === 'error' && fields.document === name);
    expect(errors).toHaveLength(1);
    client.close();
    await client.closed;
    await server.stop();
    expect(await bytesOf(name)).toEqual(before);
  });

  it('[QUAR4] is whole again when its record is', async () => {
    const first = await running(database().url);
    await written(first, 'repaired');
    await first.stop();
    await flip('repaired', 2);
    const second = await running(database().url);
    const partly = await DOORS.JSON(second, 'repaired', {});
    expect(textOf(partly.initial)).toBe('one ');
    partly.close();
    await second.stop();
    await flip('repaired', 2);
    const third = await running(database().url);
    await written(third, 'repaired');
    const client = await DOORS.JSON(third, 'repaired', {});
    expect(textOf(client.initial)).toContain('three');
    client.close();
  });

  it('[QUAR5] of which nothing can be read is not opened, and can be deleted', async () => {
    const first = await running(database().url);
    await written(first, 'gone');
    await first.stop();
    await flip('gone', 1);
    const server = await running(database().url);
    expect((await fetch(`${server.httpUrl}/documents/gone`)).status).toBe(423);
    expect((await fetch(`${server.httpUrl}/documents/gone`, { method: 'DELETE' })).status).toBe(204);
    const client = await DOORS.JSON(server, 'gone', {});
    expect(textOf(client.initial)).toBe('');
    client.close();
  });
});

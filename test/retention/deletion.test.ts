import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/domain/repositories/update-log.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { SECRET, tokenOf } from '../auth/support/tokens.ts';
import { id } from '../contracts/log-records.ts';
import { isMissing } from '../kit/programs.ts';
import { startDatabase } from '../stores/support/databases.ts';
import { atEnd } from '../support/clean-up.ts';
import type { Refusal } from '../support/doors/door.ts';
import { DOOR_NAMES, DOORS } from '../support/doors/doors.ts';
import { Inbox } from '../support/inbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion, textOf } from '../support/updates.ts';

async function running(log = new MemoryUpdateLog(), environment: Readonly<Record<string, string>> = {}) {
  const server = await startServer(environment, { log });
  atEnd(() => server.stop());
  return { server, log };
}

async function deleted(server: RunningServer, name: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.httpUrl}/documents/${encodeURIComponent(name)}`, { method: 'DELETE', headers });
  return answer.status;
}

/** A client that has written, and what it then hears. */
async function writer(server: RunningServer, door: (typeof DOOR_NAMES)[number], name: string, update: Uint8Array) {
  const refusals = new Inbox<Refusal>();
  const acknowledged = new Inbox<number | undefined>();
  const client = await DOORS[door](server, name, {
    refused: (refusal) => refusals.push(refusal),
    acknowledged: (sequence) => acknowledged.push(sequence),
  });
  atEnd(() => client.close());
  client.send(update);
  await acknowledged.take('acknowledgement', () => true);
  return { client, refusals };
}

describe('DELETE /documents/<id>', () => {
  it.each(DOOR_NAMES)('[RET1] [RET3] ends the sessions of %s, and leaves nothing', async (door) => {
    const { server, log } = await running();
    const { client, refusals } = await writer(server, door, 'notes', insertion('secret'));
    const other = await writer(server, 'JSON', 'other', insertion('stays'));
    expect(await deleted(server, 'notes')).toBe(204);
    if (door === 'y-websocket') expect(await client.closed).toBe(4404);
    else expect((await refusals.take('refusal', () => true)).message).toMatch(/deleted/);
    expect(await log.load(id('notes'))).toBeUndefined();
    const again = await DOORS[door](server, 'notes', {});
    expect(textOf(again.initial)).toBe('');
    again.close();
    other.client.send(insertion('too', 7));
    expect((await fetch(`${server.httpUrl}/documents/other`)).status).toBe(200);
    expect(await (await fetch(`${server.httpUrl}/metrics`)).text()).toContain(
      'collaboration_documents_deleted_total 1',
    );
  });

  it('[RET1] a document that never was, and one with slashes', async () => {
    const { server, log } = await running();
    await writer(server, 'JSON', 'a/b', insertion('x'));
    expect([await deleted(server, 'never'), await deleted(server, 'a/b')]).toEqual([204, 204]);
    expect(await log.list(undefined, 9)).toEqual([]);
  });

  it('[RET2] takes an access of its own', async () => {
    const { server, log } = await running(new MemoryUpdateLog(), { AUTH_SECRET: SECRET });
    await log.append([{ documentId: id('d'), firstSequence: 1, updates: [insertion('x')], timestamp: 1 }]);
    const token = (access: string) => tokenOf({ sub: 'someone', grants: [{ documents: 'd', access }] });
    expect(await deleted(server, 'd')).toBe(401);
    expect(await deleted(server, 'd', await token('read'))).toBe(403);
    expect(await deleted(server, 'd', await token('write'))).toBe(403);
    expect(await log.load(id('d'))).toBeDefined();
    expect(await deleted(server, 'd', await token('delete'))).toBe(204);
    expect(await log.load(id('d'))).toBeUndefined();
  });

  it('[RET4] what is under way is stored before, and nothing comes after', async () => {
    const log = new SlowLog();
    const { server } = await running(log);
    const refusals = new Inbox<Refusal>();
    const client = await DOORS.JSON(server, 'd', { refused: (refusal) => refusals.push(refusal) });
    atEnd(() => client.close());
    log.hold();
    client.send(insertion('late'));
    await log.held;
    const answer = deleted(server, 'd');
    await refusals.take('refusal', () => true);
    const opening = DOORS.JSON(server, 'd', {});
    log.release();
    expect(await answer).toBe(204);
    const opened = await opening;
    expect(textOf(opened.initial)).toBe('');
    opened.close();
    expect(await log.load(id('d'))).toBeUndefined();
    expect(log.calls).toEqual(['append', 'delete']);
  });

  it('[RET1] says so when the store fails', async () => {
    const log = new MemoryUpdateLog();
    log.delete = () => Promise.reject(new Error('disk'));
    const { server } = await running(log);
    await writer(server, 'JSON', 'd', insertion('x'));
    expect(await deleted(server, 'd')).toBe(503);
    expect(await log.load(id('d'))).toBeDefined();
  });
});

describe.skipIf(isMissing('postgres'))('two servers on one database', () => {
  it('[RET5] the other one brings nothing back', async () => {
    const database = await startDatabase('postgres');
    atEnd(() => database.stop());
    const [one, other] = await Promise.all(
      [0, 1].map(async () => {
        const server = await startServer({ STORE_URL: database.url, STORE_DURABILITY: 'database' });
        atEnd(() => server.stop());
        return server;
      }),
    );
    await writer(one!, 'JSON', 'd', insertion('secret'));
    const { client, refusals } = await writer(other!, 'JSON', 'd', insertion('more', 7));
    expect(await deleted(one!, 'd')).toBe(204);
    client.send(insertion('again', 8));
    await refusals.take('refusal', () => true);
    const opened = await DOORS.JSON(other!, 'd', {});
    expect(textOf(opened.initial)).toBe('');
    opened.close();
  });
});

/** Holds appends back. */
class SlowLog extends MemoryUpdateLog {
  readonly calls: string[] = [];
  readonly held: Promise<void>;
  #said: () => void = () => undefined;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  constructor() {
    super();
    this.held = new Promise((resolve) => {
      this.#said = resolve;
    });
  }

  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#open();
  }

  override async append(records: readonly LogRecord[]): Promise<void> {
    this.#said();
    await this.#gate;
    await super.append(records);
    this.calls.push('append');
  }

  override async delete(documentId: Parameters<MemoryUpdateLog['delete']>[0]): Promise<void> {
    await super.delete(documentId);
    this.calls.push('delete');
  }
}

import { describe, expect, it } from 'vitest';
import { ALL_DATABASES, describeEach } from '../stores/support/databases.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion, textOf } from '../support/updates.ts';
import { filledStore, READABLE, type StoreName, WHOLE } from './support/damaged-store.ts';

/** Whatever could touch a document does so at once. */
const EAGER = { COMPACT_AFTER_UPDATES: '1', COMPACT_IDLE_AFTER_UPDATES: '1', ROOM_IDLE_MS: '1' };

async function readOnly(server: RunningServer): Promise<void> {
  const client = await JsonClient.open(server.wsUrl);
  expect(textOf((await client.sync('d')).update)).toBe(READABLE);
  expect(await client.nextFault()).toMatchObject({ code: 423 });
  client.update('d', insertion('more'));
  expect(await client.nextFault()).toMatchObject({ code: 423 });
  client.close();
}

describe('a damaged document: embedded', () => staysReadOnly('embedded'));
describeEach(ALL_DATABASES, 'a damaged document', staysReadOnly);

function staysReadOnly(name: StoreName): void {
  it('[QUAR1] [QUAR2] [QUAR3] [QUAR4] is read-only up to the damage, and stays as it is, until it is repaired', async () => {
    const store = await filledStore(name);
    await store.damage();
    const before = await store.fingerprint();
    for (let start = 1; start <= 2; start++) {
      const server = await startServer({ ...store.environment, ...EAGER });
      await readOnly(server);
      const other = await JsonClient.open(server.wsUrl);
      await other.sync('other');
      for (const text of [' and', ' more']) await other.write('other', insertion(text));
      other.close();
      expect((await fetch(`${server.httpUrl}/health/ready`)).status).toBe(200);
      expect(await (await fetch(`${server.httpUrl}/metrics`)).text()).toContain(
        'collaboration_documents_quarantined 1',
      );
      const told = server.logs.filter(({ level, fields }) => level !== 'debug' && 'document' in fields);
      expect(told).toMatchObject([{ level: 'error', fields: { document: 'd', readableUpTo: 2 } }]);
      await server.stop();
      expect(await store.fingerprint()).toBe(before);
    }
    await store.repair();
    const server = await startServer(store.environment);
    atEnd(() => server.stop());
    const client = await JsonClient.open(server.wsUrl);
    expect(textOf((await client.sync('d')).update)).toBe(WHOLE);
    expect(await client.write('d', insertion('!'))).toBe(5);
  });
}

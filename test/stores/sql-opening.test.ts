import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { openPatiently } from '../../src/application/runtime/open-patiently.ts';
import { openStore } from '../../src/application/runtime/store.ts';
import { durabilityFaults, statementBytesOf } from '../../src/infrastructure/stores/mysql/mysql-checks.ts';
import { mysqlOptions } from '../../src/infrastructure/stores/mysql/mysql-url.ts';
import { StoreUnreachable } from '../../src/infrastructure/stores/shared/store-unreachable.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { silentMetrics } from '../support/silent-metrics.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { settle } from '../support/world.ts';
import { DATABASES, describeEach, startDatabase } from './support/databases.ts';
import { openDatabase } from './support/open-in-database.ts';

const HOST = 'mysql://app:p%40ss@db.example.org/app';

describe('how a URL says to encrypt: mysql', () => {
  it('[SQL9] address, user, password and database stand in it', () => {
    expect(mysqlOptions('mysql://a%2Fb:p%40ss@[::1]:3307/d%20b')).toEqual({
      host: '::1',
      port: 3307,
      user: 'a/b',
      password: 'p@ss',
      database: 'd b',
    });
    expect(mysqlOptions(HOST)).toMatchObject({ host: 'db.example.org', port: 3306 });
  });

  it("[SQL9] ssl-mode as MySQL's own programs have it, and ssl as mysql2 has it", () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const file = join(directory.path, 'ca.pem');
    writeFileSync(file, 'a certificate');
    const verified = { rejectUnauthorized: true };
    const ca = 'a certificate';
    for (const [query, ssl] of [
      ['ssl-mode=DISABLED', undefined],
      ['ssl-mode=required', { rejectUnauthorized: false }],
      [`ssl-mode=VERIFY_CA&ssl-ca=${file}`, { ...verified, ca, verifyIdentity: false }],
      [`ssl-ca=${file}`, { ...verified, ca, verifyIdentity: false }],
      ['ssl-mode=VERIFY_IDENTITY', { ...verified, verifyIdentity: true }],
      ['ssl=true', {}],
      [`ssl=${encodeURIComponent('{"rejectUnauthorized":false}')}`, { rejectUnauthorized: false }],
    ] as const) {
      expect(mysqlOptions(`${HOST}?${query}`).ssl, query).toEqual(ssl);
    }
  });

  it('[SQL9] an identity that the driver would not verify is refused', () => {
    for (const query of ['ssl-mode=VERIFY_IDENTITY', `ssl=${encodeURIComponent('{"verifyIdentity":true}')}`]) {
      expect(() => mysqlOptions(`mysql://app:secret@127.0.0.1/app?${query}`)).toThrow('takes a host name');
    }
  });

  it('[SQL9] an unknown parameter is named, and the password is not', () => {
    for (const query of ['charset=utf8', 'ssl-mode=maybe', 'ssl={x'] as const) {
      expect(() => mysqlOptions(`${HOST}?${query}`)).toThrow(/^(?!.*p@ss)(?!.*p%40ss).*(charset|ssl)/);
    }
  });
});

describe('what a database has to be set to', () => {
  const GOOD = { flush: 1, binlog: 0, sync: 0, packet: 16_777_216 };

  it('[SQL3] MySQL syncs its log with every commit, and the binary log where there is one', () => {
    const faults = (row: object) => durabilityFaults({ ...GOOD, ...row });
    expect(faults({})).toEqual([]);
    expect(faults({ binlog: 1, sync: 1 })).toEqual([]);
    expect(faults({ flush: 2 })).toEqual([expect.stringContaining('innodb_flush_log_at_trx_commit')]);
    expect(faults({ binlog: 1, sync: 0 })).toEqual([expect.stringContaining('sync_binlog')]);
  });

  it('[SQL3] MySQL takes packets in which a part of a document fits', () => {
    expect(statementBytesOf(GOOD)).toBe(4_194_304);
    expect(statementBytesOf({ ...GOOD, packet: 4_194_304 })).toBeGreaterThan(1_100_000);
    expect(() => statementBytesOf({ ...GOOD, packet: 1_048_576 })).toThrow(/max_allowed_packet=1048576/);
  });
});

describeEach(DATABASES, 'a database that answers before all is on disk', (name) => {
  it('[SQL3] is refused, or accepted with a warning', async () => {
    const service = await startDatabase(name);
    onTestFinished(() => service.stop());
    await expect(openDatabase(service.url, { durability: 'disk' })).rejects.toThrow(/STORE_DURABILITY=database/);
    const warnings: string[] = [];
    const database = await openDatabase(service.url, { durability: 'database', warn: (text) => warnings.push(text) });
    await database.close();
    expect(warnings).toEqual([expect.stringContaining('before everything is on disk')]);
  });
});

describe('a database that is not there', () => {
  const clock = new ManualClock();
  const logged: string[] = [];
  const log = (_: object, message: string) => logged.push(message);
  const metrics = silentMetrics();
  const services = { clock, metrics, logger: { debug: log, info: log, warn: log, error: log } };
  afterEach(() => {
    logged.length = 0;
  });

  it.each(['postgres', 'mysql', 'POSTGRES'])(
    '[SQL7] [SQL9] %s: the start waits for it a while, and shows no password',
    async (scheme) => {
      const STORE_URL = `${scheme}://app:hunter2@127.0.0.1:1/app?ssl=true`;
      const failed = openStore(loadConfig({ STORE_URL, STORE_RETRY_MS: '50' }), services);
      await expect(failed).rejects.toThrow(StoreUnreachable);
      await expect(failed).rejects.toThrow(`${scheme}://127.0.0.1:1/app of STORE_URL cannot be reached: `);
      await expect(failed).rejects.not.toThrow('hunter2');
    },
  );

  it('[SQL7] it is tried again with growing pauses, and each try is logged', async () => {
    let tries = 0;
    const opening = openPatiently(
      async () => {
        if (++tries < 4) throw new StoreUnreachable('postgres://app:hunter2@host/app', new Error('refused'));
        return 'open';
      },
      10_000,
      services,
    );
    for (const pause of [100, 200, 400]) {
      await settle();
      clock.advance(pause);
    }
    expect(await opening).toBe('open');
    expect(logged).toHaveLength(3);
    expect(logged.join()).not.toContain('hunter2');
  });

  it('[SQL7] what is no matter of waiting fails at once', async () => {
    const opening = openPatiently(() => Promise.reject(new Error('no such database')), 10_000, services);
    await expect(opening).rejects.toThrow('no such database');
  });
});

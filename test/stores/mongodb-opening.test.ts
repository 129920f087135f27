import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { openStore } from '../../src/application/runtime/store.ts';
import { databaseOf, mongoClient } from '../../src/infrastructure/stores/mongodb/mongo-client.ts';
import { openMongoStore } from '../../src/infrastructure/stores/mongodb/open-mongo-store.ts';
import { StoreUnreachable } from '../../src/infrastructure/stores/shared/store-unreachable.ts';
import { id, record, texts } from '../contracts/log-records.ts';
import { atEnd } from '../support/clean-up.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { silentMetrics } from '../support/silent-metrics.ts';
import { describeEach, runningDatabase } from './support/databases.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const OPTIONS = { poolSize: 4, timeout: 5_000 };

describe('a URL of a MongoDB database', () => {
  it.each(['', '?w=0&journal=false&readConcernLevel=local&readPreference=secondary&wtimeoutMS=1', '?w=1'])(
    '[MONGO3] asks for what is on disk on most of its servers, also with %o',
    (parameters) => {
      const client = mongoClient(`mongodb://host/app${parameters}`, OPTIONS);
      const { writeConcern, readConcern, readPreference } = databaseOf(client, OPTIONS).collection('any');
      expect(writeConcern).toMatchObject({ w: 'majority', journal: true, wtimeoutMS: 5_000 });
      expect(readConcern).toMatchObject({ level: 'majority' });
      expect(readPreference?.mode).toBe('primary');
    },
  );

  it.each([
    'mongodb://app:hunter2@host:one/app',
    'mongodb://app:hunter2@/app',
    'mongodb://app:hunter2@host/app?unknown=hunter2',
    'mongodb://app:hunter%2@host/app',
    'mongodb+srv://app:hunter2@host:1/app',
    'mongodb://app:hun/ter2@host',
    'mongodb://app:hunter2@host',
  ])('[MONGO9] that is none is refused without what is secret: %s', (url) => {
    const open = () => mongoClient(loadConfig({ STORE_URL: url }).STORE_URL, OPTIONS);
    expect(open).toThrow(/STORE_URL/);
    expect(open).not.toThrow(/hunter|ter2/);
  });

  it.each(['mongodb://a:1,b:2/app?replicaSet=r', 'mongodb+srv://app:p%40ss@host/app'])('[MONGO9] may be %s', (url) => {
    expect(loadConfig({ STORE_URL: url }).STORE_URL).toBe(url);
  });

  it('[MONGO7] [MONGO9] where nobody answers, the start waits a while, and shows no password', async () => {
    const services = { clock: new ManualClock(), metrics: silentMetrics(), logger: SILENT };
    const STORE_URL = 'mongodb://app:hunter2@127.0.0.1:1/app';
    const failed = openStore(loadConfig({ STORE_URL, STORE_RETRY_MS: '50', STORE_TIMEOUT_MS: '100' }), services);
    await expect(failed).rejects.toThrow(StoreUnreachable);
    await expect(failed).rejects.toThrow('mongodb://127.0.0.1:1/app of STORE_URL cannot be reached: ');
    await expect(failed).rejects.not.toThrow('hunter2');
  });
});

describeEach(['mongodb'], 'collections', (name) => {
  const service = runningDatabase(name);

  async function open(prefix: string) {
    const log = await openMongoStore(service().url, prefix, OPTIONS);
    atEnd(() => log.close());
    return log;
  }

  async function database() {
    const client = await new MongoClient(service().url).connect();
    atEnd(() => client.close());
    return client.db();
  }

  it('[MONGO6] servers that start at the same time make them once', async () => {
    const logs = await Promise.all(Array.from({ length: 5 }, () => open('together_')));
    await logs[0]?.append([record('a', 1, ['one'])]);
    for (const log of logs) expect(texts((await log.load(id('a')))?.tail)).toEqual(['one']);
    const versions = await (await database()).collection('together_schema').find().toArray();
    expect(versions).toMatchObject([{ version: 1 }]);
  });

  it('[MONGO6] those that were half made are completed', async () => {
    await (await database()).createCollection('half_updates');
    const log = await open('half_');
    await log.append([record('a', 1, ['one'])]);
    expect(texts((await log.load(id('a')))?.tail)).toEqual(['one']);
  });

  it('[MONGO6] those of a newer server are refused, with the way out, and left as they are', async () => {
    const schema = (await database()).collection<{ _id: string; version: number }>('newer_schema');
    await schema.insertOne({ _id: 'version', version: 9 });
    await expect(open('newer_')).rejects.toThrow(/version 9.*knows version 1.*STORE_TABLE_PREFIX/);
    expect(await (await database()).listCollections({ name: 'newer_updates' }).toArray()).toEqual([]);
    expect(await schema.find().toArray()).toMatchObject([{ version: 9 }]);
  });

  it('[MONGO6] two prefixes are two stores in one database', async () => {
    const [one, two] = [await open('one_'), await open('two_')];
    await one.append([record('a', 1, ['of one'])]);
    expect(await two.load(id('a'))).toBeUndefined();
  });
});

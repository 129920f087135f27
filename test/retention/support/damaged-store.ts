import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { UpdateLog } from '../../../src/domain/repositories/update-log.ts';
import { EmbeddedUpdateLog } from '../../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { Environment } from '../../../src/infrastructure/stores/embedded/environment.ts';
import { recordRange, snapshotKey } from '../../../src/infrastructure/stores/embedded/keys.ts';
import { collectionsOf } from '../../../src/infrastructure/stores/mongodb/collections.ts';
import { id } from '../../contracts/log-records.ts';
import { type DatabaseName, startDatabase } from '../../stores/support/databases.ts';
import { openDatabase, openInDatabase } from '../../stores/support/open-in-database.ts';
import { openInMongoDb } from '../../stores/support/open-in-mongodb.ts';
import { atEnd } from '../../support/clean-up.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { insertion, insertions } from '../../support/updates.ts';

/** What the damage is in. */
const MARKER = 'MARK-OF-THREE ';

export const WHOLE = `one two ${MARKER}four`;
/** What is before the damage. */
export const READABLE = 'one two ';

/** A store with the documents `d`, of four updates, and `other`. No server may have an embedded one open meanwhile. */
export interface DamagedStore {
  readonly environment: Readonly<Record<string, string>>;
  /** Damages the third update of `d`. */
  damage(): Promise<void>;
  /** As from a backup. */
  repair(): Promise<void>;
  /** Names all that is stored of `d`, byte for byte. */
  fingerprint(): Promise<string>;
}

export type StoreName = 'embedded' | DatabaseName;

export function filledStore(name: StoreName): Promise<DamagedStore> {
  switch (name) {
    case 'embedded':
      return embedded();
    case 'mongodb':
      return mongodb();
    case 'mysql':
    case 'postgres':
      return sql(name);
  }
}

async function embedded(): Promise<DamagedStore> {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const file = join(directory.path, 'documents.mdb');
  await fill(async (write) => {
    // Each closing makes a value of its own; a value that is damaged takes all of its updates along.
    const log = await EmbeddedUpdateLog.open(directory.path);
    await write(log);
    await log.close();
  });
  return {
    environment: { STORE_URL: '', DATA_DIR: directory.path },
    damage: async () => writeFileSync(file, flipped(readFileSync(file), MARKER)),
    repair: async () => writeFileSync(file, flipped(readFileSync(file), `m${MARKER.slice(1)}`)),
    fingerprint: async () => {
      const environment = new Environment(directory.path);
      const hash = createHash('sha256');
      const { updates, snapshots } = await environment.handles();
      for (const { key, value } of updates.getRange(recordRange(id('d')))) hash.update(key).update(value);
      hash.update(snapshots.get(snapshotKey(id('d'))) ?? 'no snapshot');
      await environment.close();
      return hash.digest('hex');
    },
  };
}

async function sql(name: 'postgres' | 'mysql'): Promise<DamagedStore> {
  const service = await startDatabase(name);
  atEnd(() => service.stop());
  const { log, prefix } = await openInDatabase(service.url);
  await fill((write) => write(log));
  await log.close();
  const database = await openDatabase(service.url);
  atEnd(() => database.close());
  const query = (text: string) => database.write((session) => session.query(text.replaceAll('p_', prefix)));
  return {
    environment: { STORE_URL: service.url, STORE_TABLE_PREFIX: prefix, STORE_DURABILITY: 'database' },
    damage: async () => {
      await query('CREATE TABLE p_backup AS SELECT * FROM p_updates');
      await query(
        'UPDATE p_updates SET value = (SELECT value FROM p_backup WHERE first_sequence = 4) WHERE first_sequence = 3',
      );
    },
    repair: async () => {
      await query(
        'UPDATE p_updates SET value = (SELECT value FROM p_backup WHERE first_sequence = 3) WHERE first_sequence = 3',
      );
    },
    fingerprint: async () => {
      const tables = ['documents', 'updates', 'snapshots'].map((table) => query(`SELECT * FROM p_${table}`));
      const rows = (await Promise.all(tables)).flat().map((row) => JSON.stringify(row));
      const ofOther = `"${Buffer.from('other').toJSON().data.join()}"`.slice(1, -1);
      return rows
        .filter((row) => !row.includes(`[${ofOther}]`))
        .sort()
        .join('\n');
    },
  };
}

async function mongodb(): Promise<DamagedStore> {
  const service = await startDatabase('mongodb');
  atEnd(() => service.stop());
  const { log, prefix } = await openInMongoDb(service.url);
  await fill((write) => write(log));
  await log.close();
  const client = await new MongoClient(service.url, { promoteBuffers: true }).connect();
  atEnd(() => client.close());
  const { documents, ...others } = collectionsOf(client.db(), prefix);
  const head = await documents.findOne({ _id: 'd' });
  const rows = { _id: { $gt: head?.incarnation ?? '', $lt: `${head?.incarnation}~` } };
  const [, , third, fourth] = await others.updates.find(rows).sort({ _id: 1 }).toArray();
  if (third === undefined || fourth === undefined) throw new Error('There are no four updates.');
  const put = (value: Uint8Array | null) => others.updates.updateOne({ _id: third._id }, { $set: { value } });
  return {
    environment: { STORE_URL: service.url, STORE_TABLE_PREFIX: prefix },
    damage: async () => void (await put(fourth.value)),
    repair: async () => void (await put(third.value)),
    fingerprint: async () => {
      const all = [others.updates, others.snapshots, others.chunks].map((each) => each.find(rows as object).toArray());
      const found = [await documents.find({ _id: 'd' }).toArray(), ...(await Promise.all(all))].flat();
      return found
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n');
    },
  };
}

async function fill(using: (write: (log: UpdateLog) => Promise<void>) => Promise<void>): Promise<void> {
  for (const [at, update] of insertions('one ', 'two ', MARKER, 'four').entries()) {
    const record = { documentId: id('d'), firstSequence: at + 1, updates: [update], timestamp: 7 };
    await using((log) => log.append([record]));
  }
  const other = { documentId: id('other'), firstSequence: 1, updates: [insertion('fine')], timestamp: 7 };
  await using((log) => log.append([other]));
}

/** LMDB leaves old versions of a page in the file, so every place that holds the marker is changed. */
function flipped(file: Buffer, marker: string): Buffer {
  const copy = Buffer.from(file);
  for (let at = copy.indexOf(marker); at >= 0; at = copy.indexOf(marker, at + 1)) copy[at] = (copy[at] ?? 0) ^ 0x20;
  if (copy.equals(file)) throw new Error('The marker is not in the file.');
  return copy;
}

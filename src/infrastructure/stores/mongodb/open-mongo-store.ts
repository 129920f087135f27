import { MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { StoreUnreachable, withoutSecrets } from '../shared/store-unreachable.ts';
import { collectionsOf } from './collections.ts';
import { migrate } from './migrate.ts';
import { databaseOf, type MongoOptions, mongoClient } from './mongo-client.ts';
import { MongoUpdateLog } from './mongo-update-log.ts';

/**
 * The store in the MongoDB database that the URL names.
 * @param prefix of the collections' names
 * @throws StoreUnreachable where it cannot be reached; Error where it is not as it has to be, or will not have us
 */
export async function openMongoStore(url: string, prefix: string, options: MongoOptions): Promise<MongoUpdateLog> {
  const client = mongoClient(url, options);
  try {
    await client.connect();
    const db = databaseOf(client, options);
    await migrate(db, prefix);
    return await MongoUpdateLog.open(collectionsOf(db, prefix), () => client.close());
  } catch (cause) {
    await client.close();
    if (cause instanceof MongoServerSelectionError || cause instanceof MongoNetworkError) {
      throw new StoreUnreachable(url, cause);
    }
    if (!(cause instanceof MongoError)) throw cause;
    throw new Error(`The database ${withoutSecrets(url)} of STORE_URL cannot be used: ${cause.message}`, { cause });
  }
}

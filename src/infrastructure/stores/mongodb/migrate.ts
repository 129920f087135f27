import { type Db, MongoServerError } from 'mongodb';
import { collectionsOf } from './collections.ts';
import { insertRows } from './insert-rows.ts';

const VERSION = 1;
const NAMESPACE_EXISTS = 48;

/**
 * Makes the collections where they are missing, however many servers start at the same time. They need no index of their
 * own: everything is found by `_id`.
 * @throws Error when a newer server made them
 */
export async function migrate(db: Db, prefix: string): Promise<void> {
  const { schema, ...others } = collectionsOf(db, prefix);
  const found = await schema.findOne({ _id: 'version' });
  if (found !== null && found.version > VERSION) throw new Error(newer(schema.collectionName, found.version));
  for (const { collectionName } of [schema, ...Object.values(others)]) await make(db, collectionName);
  await insertRows(schema, [{ _id: 'version', version: VERSION }]);
}

async function make(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (cause) {
    if (!(cause instanceof MongoServerError) || cause.code !== NAMESPACE_EXISTS) throw cause;
  }
}

function newer(schema: string, found: number): string {
  return (
    `The collection ${schema} says that a newer server made version ${found} of the collections, and this one knows ` +
    `version ${VERSION}. Start the newer server, or set STORE_TABLE_PREFIX or STORE_URL to a place of its own for this one.`
  );
}

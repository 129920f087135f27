import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';

const DUPLICATE_KEY = 11_000;

/**
 * Inserts rows in as few messages as their bytes allow.
 * @returns the places in `rows` of those whose `_id` is there already
 */
export async function insertRows<Row extends Document & { readonly _id: string }>(
  collection: Collection<Row>,
  rows: readonly Row[],
): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  try {
    await collection.insertMany(rows as unknown as OptionalUnlessRequiredId<Row>[], { ordered: false });
    return new Set();
  } catch (cause) {
    return duplicatesIn(cause);
  }
}

/** @throws `cause`, where anything else went wrong, too */
function duplicatesIn(cause: unknown): ReadonlySet<number> {
  if (!(cause instanceof MongoBulkWriteError)) throw cause;
  const errors = Array.isArray(cause.writeErrors) ? cause.writeErrors : [cause.writeErrors];
  const isAll = errors.length > 0 && errors.every(({ code }) => code === DUPLICATE_KEY);
  // Rows beside the duplicates may not be on disk yet.
  if (!isAll || cause.result.getWriteConcernError() !== undefined) throw cause;
  return new Set(errors.map(({ index }) => index));
}

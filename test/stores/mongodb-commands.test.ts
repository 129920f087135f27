import { type CommandStartedEvent, type Document, MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { collectionsOf } from '../../src/infrastructure/stores/mongodb/collections.ts';
import { MongoUpdateLog } from '../../src/infrastructure/stores/mongodb/mongo-update-log.ts';
import { id, pattern, record } from '../contracts/log-records.ts';
import { atEnd } from '../support/clean-up.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

/** What decides which rows a command looks at. */
interface Search {
  readonly filter: Document;
  readonly sort: Document | undefined;
  readonly limit: number | undefined;
}

function searchesOf({ command }: Pick<CommandStartedEvent, 'command'>): readonly Search[] {
  const { find, filter, sort, limit, deletes } = command;
  if (find !== undefined) return [{ filter: filter ?? {}, sort, limit }];
  return ((deletes ?? []) as Document[]).map(({ q }) => ({ filter: q, sort: undefined, limit: undefined }));
}

/** MongoDB can answer it out of the index of `_id` alone, and sorts nothing. */
function goesById({ filter, sort, limit }: Search): boolean {
  const isSorted = sort === undefined || [...(sort instanceof Map ? sort.keys() : Object.keys(sort))].join() === '_id';
  const isPage = sort !== undefined && limit !== undefined;
  const branches: Document[] = filter.$or ?? [filter];
  return isSorted && branches.length > 0 && (isPage || branches.every((branch) => '_id' in branch));
}

describeEach(['mongodb'], 'commands', (name) => {
  const service = runningDatabase(name);

  it('[MONGO8] each finds its rows by _id, and the pages of a listing are not sorted', async () => {
    const opened = await openInMongoDb(service().url);
    atEnd(() => opened.cleanup());
    const client = await new MongoClient(service().url, { monitorCommands: true, promoteBuffers: true }).connect();
    atEnd(() => client.close());
    const log = await MongoUpdateLog.open(collectionsOf(client.db(), opened.prefix), async () => undefined);
    const commands: CommandStartedEvent[] = [];
    client.on('commandStarted', (event) => commands.push(event));
    const large = { ...record('a', 2, []), updates: [pattern(2_500_000)] };
    for (const records of [
      [record('a', 1, ['one']), record('b', 1, ['one'])],
      [large],
      [large, record('b', 2, ['two'])],
    ]) {
      await log.append(records);
    }
    await log.compact(id('a'), { update: pattern(2_500_000), sequence: 2 });
    await log.append([record('a', 3, ['three'])]);
    await opened.log.append([record('a', 4, ['theirs'])]);
    await expect(log.append([record('a', 4, ['ours'])])).rejects.toThrow();
    await log.load(id('a'));
    await log.version(id('a'));
    await log.list(undefined, 10);
    await log.list(id('a'), 10);
    await log.compact(id('a'), { update: pattern(10), sequence: 4 });
    await log.delete(id('a'));
    const kinds = new Set(commands.map(({ commandName }) => commandName));
    expect([...kinds].sort()).toEqual(['delete', 'find', 'insert']);
    const searches = commands.flatMap(searchesOf);
    expect(searches.length).toBeGreaterThan(20);
    expect(searches.filter((search) => !goesById(search))).toEqual([]);
  });

  it('[MONGO8] is caught where it would look at other fields, or sort', () => {
    const search = { filter: { _id: 'a' }, sort: undefined, limit: undefined };
    expect(goesById(search)).toBe(true);
    expect(goesById({ ...search, filter: { last: 3 } })).toBe(false);
    expect(goesById({ ...search, filter: { $or: [{ _id: 'a' }, { last: 3 }] } })).toBe(false);
    expect(goesById({ ...search, filter: {} })).toBe(false);
    expect(goesById({ ...search, sort: { last: 1 } })).toBe(false);
  });
});

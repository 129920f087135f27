import { expect, it, onTestFinished } from 'vitest';
import {
  ALL_DATABASES,
  type DatabaseName,
  type DatabaseService,
  describeEach,
  startDatabase,
} from '../stores/support/databases.ts';
import { DOOR_NAMES } from '../support/doors/doors.ts';
import { ServerProcess } from '../support/server-process.ts';
import { expectEdits, StubbornWriter } from './stubborn-writer.ts';

const PLACE = { document: 'outage', editBytes: 2_000 };
const LONGEST = 60_000;
const FAILED = 'The store failed; nothing is acknowledged until it works';

describeEach(ALL_DATABASES, 'a server whose database goes away', (name) => {
  it(
    '[SQL1] [SQL5] [MONGO1] [MONGO5] [ROOM9] takes edits on, acknowledges none of them, and goes on by itself when it is back',
    async () => {
      const { database, server, writers } = await scene(name, {});
      await write(writers, 20);
      await database.kill();
      const before = writers.map(({ acknowledged }) => acknowledged);
      for (const writer of writers) for (let edit = 0; edit < 20; edit++) writer.edit();
      await server.logged(FAILED);
      expect(await readiness(server)).toBe(503);
      expect(writers.map(({ acknowledged }) => acknowledged)).toEqual(before);

      await database.restart();
      await Promise.all(writers.map((writer) => writer.settled()));
      for (const writer of writers) expect(writer).toMatchObject({ acknowledged: writer.sent, refusals: 0 });
      expect(await readiness(server)).toBe(200);
      await expectEdits(PLACE, server, writers, 'none that was sent');
      await server.kill();
      await expectEdits(PLACE, await start(database, {}), writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[SQL5] [MONGO5] [ROOM9] is killed again and again while it is written to: each edit is stored once',
    async () => {
      const { database, server, writers } = await scene(name, {});
      let state: 'writing' | 'enough' = 'writing';
      const writing = writers.map(async (writer) => {
        while (state === 'writing') {
          writer.edit();
          await writer.settled();
        }
      });
      for (let round = 0; round < 3; round++) {
        const goal = writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0) + 100;
        const acknowledged = () => writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
        await expect.poll(acknowledged, { interval: 5, timeout: 20_000 }).toBeGreaterThan(goal);
        await database.kill();
        await database.restart();
      }
      state = 'enough';
      await Promise.all(writing);
      for (const writer of writers) expect(writer).toMatchObject({ acknowledged: writer.sent, refusals: 0 });
      await expectEdits(PLACE, server, writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[SQL5] [MONGO5] [ROOM9] lets go of its clients when it stays away, and takes their edits when they come again',
    async () => {
      const { database, server, writers } = await scene(name, { STORE_RETRY_MS: '300' });
      await write(writers, 5);
      await database.kill();
      for (const writer of writers) writer.edit();
      await Promise.all(writers.map((writer) => writer.letGo));
      await database.restart();
      for (const writer of writers) await writer.comeAgain(server);
      await Promise.all(writers.map((writer) => writer.settled()));
      await expectEdits(PLACE, server, writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[SQL5] [MONGO5] [ROOM9] the same where more waits for it than may',
    async () => {
      const { database, server, writers } = await scene(name, { STORE_RETRY_BYTES: '20000' });
      await database.kill();
      for (const writer of writers) for (let edit = 0; edit < 10; edit++) writer.edit();
      await Promise.all(writers.map((writer) => writer.letGo));
      await database.restart();
      for (const writer of writers) await writer.comeAgain(server);
      await Promise.all(writers.map((writer) => writer.settled()));
      await expectEdits(PLACE, server, writers, 'none that was sent');
    },
    LONGEST,
  );

  it(
    '[SQL7] [MONGO7] is started while its database still starts',
    async () => {
      const database = await startDatabase(name);
      onTestFinished(() => database.stop());
      await database.kill();
      const starting = start(database, {});
      await database.restart();
      expect(await readiness(await starting)).toBe(200);
    },
    LONGEST,
  );

  it(
    '[SQL2] [MONGO2] [LOG19] two servers on one database: what one has written is not written over by the other',
    async () => {
      const { database, server, writers } = await scene(name, {});
      const other = await start(database, {});
      await write(writers, 3);
      const elsewhere = new StubbornWriter('JSON', 'elsewhere', PLACE);
      onTestFinished(() => elsewhere.close());
      await elsewhere.comeAgain(other);
      elsewhere.edit();
      await elsewhere.settled();
      // The first server knows nothing of that edit: its next one is refused, and its clients come again.
      for (const writer of writers) writer.edit();
      await Promise.all(writers.map((writer) => writer.letGo));
      for (const writer of writers) await writer.comeAgain(server);
      await Promise.all(writers.map((writer) => writer.settled()));
      await expectEdits(PLACE, server, [...writers, elsewhere], 'none that was sent');
    },
    LONGEST,
  );
});

async function scene(name: DatabaseName, environment: Readonly<Record<string, string>>) {
  const database = await startDatabase(name);
  onTestFinished(() => database.stop());
  const server = await start(database, environment);
  const writers = await Promise.all(
    DOOR_NAMES.map(async (door) => {
      const writer = new StubbornWriter(door, `${door} writer`, PLACE);
      await writer.comeAgain(server);
      onTestFinished(() => writer.close());
      return writer;
    }),
  );
  return { database, server, writers };
}

async function start({ url }: DatabaseService, environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await ServerProcess.start({ STORE_URL: url, STORE_DURABILITY: 'database', ...environment });
  onTestFinished(() => server.kill());
  return server;
}

async function write(writers: readonly StubbornWriter[], edits: number): Promise<void> {
  for (const writer of writers) {
    for (let edit = 0; edit < edits; edit++) writer.edit();
  }
  await Promise.all(writers.map((writer) => writer.settled()));
}

async function readiness({ httpUrl }: ServerProcess): Promise<number> {
  return (await fetch(`${httpUrl}/health/ready`)).status;
}

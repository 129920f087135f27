import { afterEach, beforeEach, expect, it } from 'vitest';
import { id, record, texts } from '../contracts/log-records.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

describeEach(['mongodb'], 'a database that is away', (name) => {
  const service = runningDatabase(name);
  let opened: Awaited<ReturnType<typeof openInMongoDb>>;

  beforeEach(async () => {
    opened = await openInMongoDb(service().url, { timeout: 400 });
    await opened.log.append([record('a', 1, ['one'])]);
  });
  afterEach(() => opened.cleanup());

  const second = () => opened.log.append([record('a', 2, ['two'])]);

  const expectRecovery = async () => {
    await expect.poll(() => second().then(() => 'stored', String), { timeout: 10_000 }).toBe('stored');
    expect(texts((await opened.log.load(id('a')))?.tail)).toEqual(['one', 'two']);
  };

  it('[MONGO5] and hears nothing fails a call in time, and works again when it does', async () => {
    await service().cutOff('silent');
    await expect(second()).rejects.toThrow();
    await expect(opened.log.load(id('a'))).rejects.toThrow();
    await service().reconnect();
    await expectRecovery();
  });

  it('[MONGO5] and was killed is used again when it runs again', async () => {
    await service().kill();
    await expect(second()).rejects.toThrow();
    await expect(opened.log.load(id('a'))).rejects.toThrow();
    await service().restart();
    await expectRecovery();
  });

  it('[MONGO5] whose connections were cut unnoticed fails no call', async () => {
    await service().cutOff('refused');
    await service().reconnect();
    await second();
    expect(texts((await opened.log.load(id('a')))?.tail)).toEqual(['one', 'two']);
  });
});

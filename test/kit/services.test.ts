import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { startFerretDb } from './ferretdb.ts';
import { startMariaDb } from './mariadb.ts';
import { startPostgres } from './postgres.ts';
import { processTree } from './process-tree.mjs';
import { isMissing } from './programs.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

/** The first bytes that come back on a new connection; none where it is closed without any. */
function firstBytes(port: number, sent: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(sent, 'hex')));
    socket.once('data', (bytes) => socket.destroy(void resolve(bytes) as undefined));
    socket.once('end', () => resolve(Buffer.alloc(0)));
    socket.once('error', reject);
  });
}

const SSL_REQUEST = '0000000804d2162f';
/** OP_MSG with the BSON document {ping: 1, $db: "admin"}. */
const MONGO_PING =
  '33000000' +
  '01000000' +
  '00000000' +
  'dd070000' +
  '00000000' +
  '00' +
  '1e000000' +
  '1070696e670001000000' +
  '022464620006000000' +
  '61646d696e00' +
  '00';

const SERVICES = [
  { name: 'mariadb', start: startMariaDb, hello: '', answer: /mysql_native_password/ },
  { name: 'postgres', start: startPostgres, hello: SSL_REQUEST, answer: /^N$/ },
  { name: 'redis', start: startRedis, hello: Buffer.from('PING\r\n').toString('hex'), answer: /^\+PONG/ },
  { name: 'ferretdb', start: startFerretDb, hello: MONGO_PING, answer: /ok/ },
] as const;

for (const { name, start, hello, answer } of SERVICES) {
  describe.skipIf(isMissing(name))(`${name} for tests`, () => {
    const answered = async ({ port }: Service) => (await firstBytes(port, hello)).toString('latin1');

    it('[KIT1] answers as soon as it is started, and again on the same port after it was killed', async () => {
      const service = await start();
      atEnd(() => service.stop());
      expect(await answered(service)).toMatch(answer);
      const before = processTree(service.pid);
      await service.kill();
      expect(before.flatMap(processTree)).toEqual([]);
      await expect(answered(service)).rejects.toThrow('ECONNREFUSED');
      await service.restart();
      expect(await answered(service)).toMatch(answer);
    });

    it('[KIT2] leaves no process and no folder when it is stopped', async () => {
      const service = await start();
      const processes = processTree(service.pid);
      expect(processes).not.toEqual([]);
      await service.stop();
      expect(processes.flatMap(processTree)).toEqual([]);
      expect(existsSync(service.folder)).toBe(false);
    });
  });
}

describe.skipIf(isMissing('redis'))('a service that is disturbed', () => {
  const started = async () => {
    const service = await startRedis();
    const client = new Redis(service.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    atEnd(() => service.stop());
    atEnd(() => client.disconnect());
    await client.set('key', 'value');
    return { service, client };
  };
  /** Whether it is still unanswered after another service has answered. */
  const isHeld = async (promise: Promise<unknown>) => {
    const other = await started();
    const answer = other.client.ping().then(() => 'held');
    return (await Promise.race([promise, answer])) === 'held';
  };

  it('[KIT3] answers nothing while it is paused, and all of it later', async () => {
    const { service, client } = await started();
    service.pause();
    const value = client.get('key');
    expect(await isHeld(value)).toBe(true);
    service.resume();
    expect(await value).toBe('value');
  });

  it('[KIT4] refuses clients that are cut off, and has lost nothing when they come back', async () => {
    const { service, client } = await started();
    const closed = new Promise((resolve) => client.once('close', resolve));
    await service.cutOff('refused');
    await closed;
    await expect(firstBytes(service.port, '')).rejects.toThrow('ECONNREFUSED');
    await service.reconnect();
    expect(await client.get('key')).toBe('value');
  });

  it('[KIT4] keeps clients in silence when they are cut off so', async () => {
    const { service, client } = await started();
    await service.cutOff('silent');
    const value = client.get('key');
    const newcomer = connect(service.port, '127.0.0.1');
    newcomer.end('PING\r\n');
    expect(await isHeld(value)).toBe(true);
    expect(newcomer.bytesRead).toBe(0);
    await service.reconnect();
    expect(await value).toBe('value');
    expect((await buffer(newcomer)).toString()).toBe('+PONG\r\n');
  });

  it('[KIT4] passes everything once, however often it is cut off and reconnected', async () => {
    const { service, client } = await started();
    await service.reconnect();
    for (let times = 0; times < 2; times++) await service.cutOff('silent');
    for (let times = 0; times < 2; times++) await service.reconnect();
    expect(await client.incr('counter')).toBe(1);
    expect(await client.get('counter')).toBe('1');
  });

  it('[KIT1] says what it printed when it does not start', async () => {
    await expect(startRedis(['--no-such-option', 'yes'])).rejects.toThrow(
      /ended with 1 before it was ready:[\s\S]*no-such-option/,
    );
  });
});

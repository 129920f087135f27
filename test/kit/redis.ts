import { join } from 'node:path';
import { program } from './programs.ts';
import { Service } from './service.ts';
import { serviceFolder } from './template.ts';

export type RedisService = Service & { readonly url: string };

/** Redis, in memory only, so that it is empty after `restart`. @param options further ones, as `--appendonly yes` */
export async function startRedis(options: readonly string[] = []): Promise<RedisService> {
  const folder = serviceFolder();
  const service = await Service.start({
    folder,
    program: program('redis-server'),
    args: ['--port', '0', '--unixsocket', join(folder, 'socket'), '--dir', folder, '--save', '', ...options],
    socket: 'socket',
    ready: 'eady to accept connections',
    endSignal: 'SIGKILL',
  });
  return Object.assign(service, { url: `redis://127.0.0.1:${service.port}` });
}

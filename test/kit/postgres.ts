import { join } from 'node:path';
import { program } from './programs.ts';
import { Service } from './service.ts';
import { copyInitialised, serviceFolder } from './template.ts';

export type PostgresService = Service & { readonly url: string };

/**
 * PostgreSQL with one superuser, `postgres`, without a password. It does not sync: a process that is killed loses nothing
 * by that. @param settings further ones, as `fsync=on`
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresService> {
  const folder = serviceFolder();
  const data = join(folder, 'data');
  const initialise = (path: string) => ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N', '-D', path];
  await copyInitialised(program('initdb'), initialise, data);
  // Shared memory as files of its folder: what a killed server leaves is removed with it.
  const all = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'dynamic_shared_memory_type=mmap',
    'fsync=off',
  ];
  const service = await Service.start({
    folder,
    program: program('postgres'),
    args: ['-D', data, ...[...all, ...settings].flatMap((setting) => ['-c', setting])],
    socket: '.s.PGSQL.5432',
    ready: 'ready to accept connections',
    endSignal: 'SIGQUIT',
  });
  return Object.assign(service, { url: `postgres://postgres@127.0.0.1:${service.port}/postgres` });
}

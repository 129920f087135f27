import { join } from 'node:path';
import { program } from './programs.ts';
import { Service } from './service.ts';
import { copyInitialised, serviceFolder } from './template.ts';

export type MariaDbService = Service & { readonly url: string };

const SMALL = ['--innodb-log-file-size=8M', '--innodb-buffer-pool-size=64M'];

/**
 * MariaDB with the user `root` without a password and an empty database `test`. It does not sync: a process that is killed
 * loses nothing by that. @param options further ones, as `--max-connections=5`
 */
export async function startMariaDb(options: readonly string[] = []): Promise<MariaDbService> {
  const folder = serviceFolder();
  const data = join(folder, 'data');
  const initialise = (path: string) => [
    '--no-defaults',
    '--auth-root-authentication-method=normal',
    ...SMALL,
    `--datadir=${path}`,
  ];
  await copyInitialised(program('mariadb-install-db'), initialise, data);
  const service = await Service.start({
    folder,
    program: program('mariadbd'),
    args: [
      '--no-defaults',
      ...SMALL,
      `--datadir=${data}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-networking',
      '--innodb-flush-method=nosync',
      ...options,
    ],
    socket: 'socket',
    ready: 'ready for connections',
    endSignal: 'SIGKILL',
  });
  return Object.assign(service, { url: `mysql://root@127.0.0.1:${service.port}/test` });
}

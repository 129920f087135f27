import { join } from 'node:path';
import { program } from './programs.ts';
import { Service } from './service.ts';
import { serviceFolder } from './template.ts';

export type FerretDbService = Service & { readonly url: string };

/** FerretDB with its SQLite backend: a MongoDB server, as far as a client can tell. @param options further ones */
export async function startFerretDb(options: readonly string[] = []): Promise<FerretDbService> {
  const folder = serviceFolder();
  const service = await Service.start({
    folder,
    program: program('ferretdb'),
    args: [
      '--handler=sqlite',
      `--sqlite-url=file:${folder}/`,
      `--state-dir=${folder}`,
      `--listen-unix=${join(folder, 'socket')}`,
      '--listen-addr=',
      '--debug-addr=-',
      '--telemetry=disable',
      ...options,
    ],
    socket: 'socket',
    ready: 'Listening on Unix',
    endSignal: 'SIGKILL',
  });
  return Object.assign(service, { url: `mongodb://127.0.0.1:${service.port}/test` });
}

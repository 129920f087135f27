import { FolderArchive } from '../../../infrastructure/moving/files/folder-archive.ts';
import { FolderSource } from '../../../infrastructure/moving/files/folder-source.ts';
import { TarArchive } from '../../../infrastructure/moving/files/tar-archive.ts';
import { TarSource } from '../../../infrastructure/moving/files/tar-source.ts';
import { HocuspocusSqliteSource } from '../../../infrastructure/moving/hocuspocus-sqlite/hocuspocus-sqlite-source.ts';
import { YLevelDbSource } from '../../../infrastructure/moving/y-leveldb/y-leveldb-source.ts';
import { YRedisPostgresSource } from '../../../infrastructure/moving/y-redis-postgres/y-redis-postgres-source.ts';
import { logArchive } from '../../moving/log-archive.ts';
import { move } from '../../moving/move.ts';
import { storeSource } from '../../moving/store-source.ts';
import type { Tally } from '../../moving/tally.ts';
import type { DocumentArchive } from '../../ports/document-archive.ts';
import type { DocumentSource } from '../../ports/document-source.ts';
import type { ExitCode } from '../bootstrap.ts';
import type { Maintenance } from './maintenance-options.ts';
import { type StoreServices, storeAt } from './store-at.ts';
import { faultLine, progressOn } from './terminal-progress.ts';

type Move = Extract<Maintenance, { readonly kind: 'import' | 'export' | 'copy' }>;
type Import = Extract<Maintenance, { readonly kind: 'import' }>;
type Export = Extract<Maintenance, { readonly kind: 'export' }>;

/** The archive, and how what stands behind it is given back. */
interface Opened {
  readonly archive: DocumentArchive;
  close(): Promise<void>;
}

/** Imports, exports or copies. @throws Error where the source or the target fails as a whole */
export async function moveDocuments(command: Move, services: StoreServices): Promise<ExitCode> {
  const source = await sourceOf(command, services);
  try {
    const { archive, close } = await targetOf(command, services);
    try {
      const tally = await move(source, archive, progressOn(process.stderr), () => services.clock.now());
      process.stderr.write(summaryOf(tally));
      return tally.faultCount === 0 ? 0 : 2;
    } finally {
      await close();
    }
  } finally {
    await source.close();
  }
}

async function sourceOf(command: Move, services: StoreServices): Promise<DocumentSource> {
  if (command.kind === 'import') return await foreignSource(command);
  return storeSource(await storeAt(command.from, 'existing', services), command.ofDamaged);
}

function foreignSource({ from, source }: Import): Promise<DocumentSource> {
  switch (from) {
    case 'y-leveldb':
      return YLevelDbSource.open(source);
    case 'hocuspocus-sqlite':
      return HocuspocusSqliteSource.open(source);
    case 'y-redis-postgres':
      return YRedisPostgresSource.open(source);
    case 'files':
      if (source === '-') return Promise.resolve(TarSource.ofStream(process.stdin));
      return source.endsWith('.tar') ? TarSource.ofFile(source) : FolderSource.open(source);
  }
}

async function targetOf(command: Move, services: StoreServices): Promise<Opened> {
  if (command.kind === 'export') return { archive: await exportTo(command), close: () => Promise.resolve() };
  const log = await storeAt(command.to, 'any', services);
  return { archive: logArchive(log), close: () => log.close() };
}

async function exportTo({ form, target }: Export): Promise<DocumentArchive> {
  if (form === 'folder') return await FolderArchive.open(target);
  return target === '-' ? TarArchive.toStream(process.stdout) : await TarArchive.toFile(target);
}

function summaryOf(tally: Tally): string {
  const { faults, faultCount } = tally;
  const counts =
    `${tally.count('written')} documents written, ${tally.count('merged')} merged with what was there, ` +
    `${tally.count('there')} there already, ${tally.count('failed')} failed, ${tally.count('incomplete')} incomplete\n`;
  if (faultCount === 0) return counts;
  const more = faultCount > faults.length ? `and ${faultCount - faults.length} more, told above\n` : '';
  return `${counts}Not moved, or not all of it:\n${faults.map(faultLine).join('')}${more}`;
}

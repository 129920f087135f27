import { join } from 'node:path';
import * as Y from 'yjs';
import { updatesOf } from '../../../src/application/moving/bring-in.ts';
import type { Fault, Progress } from '../../../src/application/moving/tally.ts';
import type { DocumentSource } from '../../../src/application/ports/document-source.ts';
import type { UpdateLog } from '../../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../../src/domain/value-objects/document-id.ts';
import { atEnd } from '../../support/clean-up.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** Ids that file systems would not take as names, and some that they would take for one another. */
export const NAMES = [
  'a',
  'A',
  'a/b',
  'a/B/..',
  '\u00fc',
  'u\u0308',
  '%41',
  'con~',
  '文'.repeat(256),
  `${'文'.repeat(255)}x`,
  '😀 y',
];

/** A path that does not exist, in a folder that is removed at the end. */
export function freshPath(name: string): string {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  return join(directory.path, name);
}

export class RecordedProgress implements Progress {
  readonly faults: Fault[] = [];
  total: number | undefined;
  done = 0;

  start(total: number | undefined): void {
    this.total = total;
  }

  advance(): void {
    this.done++;
  }

  fault(fault: Fault): void {
    this.faults.push(fault);
  }

  stop(): void {
    this.total ??= this.done;
  }
}

/** The updates of somebody who writes `text` and takes its first letter back. */
export function history(text: string): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.getText('t').insert(0, `x${text}`);
  doc.getMap('m').set('k', text.length);
  doc.getText('t').delete(0, 1);
  return updates;
}

/** Documents by their names. */
export function sourceOf(documents: Readonly<Record<string, readonly Uint8Array[] | Error>>): DocumentSource {
  return {
    count: () => Promise.resolve(Object.keys(documents).length),
    documents: async function* () {
      for (const [name, updates] of Object.entries(documents)) {
        const read = async () => {
          if (updates instanceof Error) throw updates;
          return { updates, lastModified: 7 };
        };
        yield { name, read };
      }
    },
    close: () => Promise.resolve(),
  };
}

export async function stored(log: UpdateLog, name: string): Promise<readonly Uint8Array[]> {
  const document = await log.load(DocumentId.parse(name));
  return document === undefined ? [] : updatesOf(document);
}

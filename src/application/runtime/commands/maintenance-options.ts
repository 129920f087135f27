import { parseArgs } from 'node:util';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** Where documents are imported from. */
const SOURCES = ['y-leveldb', 'hocuspocus-sqlite', 'y-redis-postgres', 'files'] as const;
type SourceKind = (typeof SOURCES)[number];

/** A store: the URL of a database, or a folder of an embedded one; none: the configured one. */
type StoreName = string | undefined;

/** What is done with the documents of a store while no client is served. */
export type Maintenance =
  | { readonly kind: 'import'; readonly from: SourceKind; readonly source: string; readonly to: StoreName }
  | {
      readonly kind: 'export';
      readonly from: StoreName;
      readonly target: string;
      readonly form: 'folder' | 'tar';
      readonly ofDamaged: 'nothing' | 'readable part';
    }
  | {
      readonly kind: 'copy';
      readonly from: string;
      readonly to: string;
      readonly ofDamaged: 'nothing' | 'readable part';
    }
  | { readonly kind: 'check'; readonly from: StoreName; readonly output: 'text' | 'json' }
  | { readonly kind: 'delete'; readonly from: StoreName; readonly documents: readonly DocumentId[] };

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const PARSERS: Readonly<Record<Maintenance['kind'], (args: string[]) => Maintenance>> = {
  import: importOptions,
  export: exportOptions,
  copy: copyOptions,
  check: checkOptions,
  delete: deleteOptions,
};

/**
 * Reads the arguments behind a command's name; `undefined` where there is no such command.
 * @throws Error that says what is wrong with them
 */
export function parseMaintenance(command: string, args: readonly string[]): Maintenance | undefined {
  if (!Object.hasOwn(PARSERS, command)) return undefined;
  return PARSERS[command as Maintenance['kind']]([...args]);
}

function importOptions(args: string[]): Maintenance {
  const options = { from: text, to: text };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const from = SOURCES.find((each) => each === values.from);
  if (from === undefined) throw new Error(`Import from what? --from must be one of ${SOURCES.join(', ')}.`);
  return { kind: 'import', from, source: only(positionals, 'the file, folder or URL to import'), to: values.to };
}

function exportOptions(args: string[]): Maintenance {
  const options = { from: text, tar: flag, 'readable-part': flag };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const target = only(positionals, 'the folder to export to, or with --tar the file, or - for the standard output');
  const form = values.tar ? 'tar' : 'folder';
  return { kind: 'export', from: values.from, target, form, ofDamaged: ofDamaged(values['readable-part']) };
}

function copyOptions(args: string[]): Maintenance {
  const options = { from: text, to: text, 'readable-part': flag };
  const { from, to, 'readable-part': part } = parseArgs({ args, options }).values;
  if (from === undefined || to === undefined) throw new Error('Copy what? --from STORE and --to STORE are needed.');
  if (from === to) throw new Error('--from and --to are the same store.');
  return { kind: 'copy', from, to, ofDamaged: ofDamaged(part) };
}

function checkOptions(args: string[]): Maintenance {
  const { values } = parseArgs({ args, options: { from: text, json: flag } });
  return { kind: 'check', from: values.from, output: values.json ? 'json' : 'text' };
}

function deleteOptions(args: string[]): Maintenance {
  const { values, positionals } = parseArgs({ args, options: { from: text }, allowPositionals: true });
  if (positionals.length === 0) throw new Error('Delete which documents? Their ids are missing.');
  return { kind: 'delete', from: values.from, documents: positionals.map((each) => DocumentId.parse(each)) };
}

function only(positionals: readonly string[], what: string): string {
  const [first, second] = positionals;
  if (first === undefined || second !== undefined) throw new Error(`Give ${what}, and nothing else.`);
  return first;
}

function ofDamaged(readablePart: boolean): 'nothing' | 'readable part' {
  return readablePart ? 'readable part' : 'nothing';
}

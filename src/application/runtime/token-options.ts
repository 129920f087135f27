import { parseArgs } from 'node:util';
import { DocumentPattern } from '../../domain/value-objects/document-pattern.ts';
import { UserId } from '../../domain/value-objects/user-id.ts';

/** What `token` was asked for. */
export interface TokenOptions {
  readonly subject: string;
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly documents: readonly DocumentPattern[];
  readonly access: 'read' | 'write' | 'delete';
  /** Milliseconds. */
  readonly lifetime: number;
  /** A PEM file; none: the configured secret signs. */
  readonly privateKey: string | undefined;
  readonly keyId: string | undefined;
}

const OPTIONS = {
  sub: { type: 'string' },
  name: { type: 'string' },
  color: { type: 'string' },
  document: { type: 'string', multiple: true },
  access: { type: 'string', default: 'write' },
  expires: { type: 'string', default: '1h' },
  'private-key': { type: 'string' },
  'key-id': { type: 'string' },
} as const;

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads the arguments behind `token`. @throws Error that says what is wrong with them */
export function parseTokenOptions(args: readonly string[]): TokenOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const { sub, access, expires } = values;
  if (sub === undefined) throw new Error('Whose token? --sub USER is missing.');
  if (access !== 'read' && access !== 'write' && access !== 'delete') {
    throw new Error('--access must be read, write or delete.');
  }
  return {
    subject: UserId.parse(sub).value,
    name: values.name,
    color: values.color,
    documents: (values.document ?? ['**']).map((each) => DocumentPattern.parse(each)),
    access,
    lifetime: lifetimeOf(expires),
    privateKey: values['private-key'],
    keyId: values['key-id'],
  };
}

function lifetimeOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit as keyof typeof UNITS] ?? 0);
  if (milliseconds === 0) throw new Error('--expires must be a number and s, m, h or d, such as 30m.');
  return milliseconds;
}

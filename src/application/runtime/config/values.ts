import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { UserId } from '../../../domain/value-objects/user-id.ts';

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A value as it stands in the environment (text) or a YAML file (text, number or boolean). */
export const integer = (min: number, max: number) =>
  z.union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(min).max(max));

export const flag = z.union([
  z.boolean(),
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['true', 'false']))
    .transform((value) => value === 'true'),
]);

/** `host:port`; an IPv6 host stands in brackets. */
export const address = z
  .string()
  .trim()
  .regex(/^(\[[0-9A-Fa-f:.%a-z]+\]|[^\s:[\]]+):\d{1,5}$/)
  .transform((value): Address => {
    const cut = value.lastIndexOf(':');
    return { host: value.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(value.slice(cut + 1)) };
  })
  .refine(({ port }) => port <= 65_535);

/** Text; none where it is empty. */
export const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? undefined : value));

/** Exactly as it stands; none where it is empty. */
export const secret = z
  .string()
  .refine((value) => value === '' || Buffer.byteLength(value) >= 32)
  .transform((value) => (value === '' ? undefined : value));

/** Where something is asked for over HTTP; none where it is empty. */
export const webUrl = text.transform((value, context): URL | undefined => {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  context.addIssue({ code: 'custom', message: 'no URL' });
  return z.NEVER;
});

/** A user id; none where it is empty. */
export const userId = z.string().transform((value, context): UserId | undefined => {
  if (value === '') return undefined;
  try {
    return UserId.parse(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'no user id' });
    return z.NEVER;
  }
});

/** A list with commas between its members, or a list of YAML; empty: none. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((members) => members.map((member) => member.trim()).filter((member) => member !== ''));

/** Addresses and networks in CIDR notation. */
export const networks = list.transform((members, context): BlockList => {
  const networks = new BlockList();
  for (const member of members) {
    if (!addNetwork(networks, member)) context.addIssue({ code: 'custom', message: `no network: ${member}` });
  }
  return networks;
});

function addNetwork(networks: BlockList, member: string): boolean {
  const [address = '', length, ...more] = member.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (length === undefined) {
    networks.addAddress(address, type);
    return true;
  }
  if (!/^\d{1,3}$/.test(length) || Number(length) > (family === 6 ? 128 : 32)) return false;
  networks.addSubnet(address, Number(length), type);
  return true;
}

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(\*\.)?[^\s/*,:@]+(:\d{1,5})?$/;

/** Origins as browsers send them, `*`, or with `*.` for all subdomains. */
export const origins = list
  .transform((members) => members.map((member) => member.toLowerCase()))
  .refine((members) => members.every((member) => member === '*' || ORIGIN.test(member)));

const DATABASES = ['mysql:', 'postgres:', 'postgresql:'];

/** Empty, `memory:`, or the URL of a database, which names it. */
export const storeUrl = z
  .string()
  .trim()
  .refine((value) => value === '' || value === 'memory:' || namesDatabase(value));

/** Several servers with commas between them, which `URL` does not take. */
const MONGODB = /^mongodb(\+srv)?:\/\/[^/?#]+\/[^/?#@]+(\?[^#]*)?$/;

function namesDatabase(value: string): boolean {
  if (value.startsWith('mongodb')) return MONGODB.test(value);
  if (!URL.canParse(value)) return false;
  const { protocol, pathname } = new URL(value);
  return DATABASES.includes(protocol) && /^\/[^/]+$/.test(pathname);
}

/** None where it is empty. */
export const redisUrl = z
  .string()
  .trim()
  .refine((value) => value === '' || (/^rediss?:\/\//.test(value) && URL.canParse(value)))
  .transform((value) => (value === '' ? undefined : value));

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions, SslOptions } from 'mysql2';

const PARAMETERS = ['ssl', 'ssl-mode', 'sslmode', 'ssl-ca'];

/**
 * What a URL says: mysql://user:password@host:port/database, and how the connection is encrypted: `ssl-mode`, as MySQL's
 * own programs have it (DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY), with `ssl-ca`, a file; or `ssl`, as mysql2 has it.
 * @throws Error which names the parameter, and shows no password
 */
export function mysqlOptions(text: string): ConnectionOptions {
  const url = new URL(text);
  for (const name of url.searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    throw new Error(
      `STORE_URL has the unknown parameter ${JSON.stringify(name)}: it may have ${PARAMETERS.join(', ')}.`,
    );
  }
  const ssl = sslOf(url.searchParams);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // The driver compares names only, and says nothing where there is none.
  if (typeof ssl === 'object' && ssl.verifyIdentity === true && isIP(host) !== 0) {
    throw new Error(`STORE_URL asks for VERIFY_IDENTITY, which takes a host name, and names the address ${host}.`);
  }
  return {
    host,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(ssl === undefined ? {} : { ssl }),
  };
}

function sslOf(parameters: URLSearchParams): string | SslOptions | undefined {
  const given = parameters.get('ssl');
  if (given !== null) return given.startsWith('{') ? jsonOf(given) : given === 'true' ? {} : given;
  const file = parameters.get('ssl-ca');
  const mode = (
    parameters.get('ssl-mode') ??
    parameters.get('sslmode') ??
    (file === null ? 'DISABLED' : 'VERIFY_CA')
  ).toUpperCase();
  const ca = file === null ? {} : { ca: readFileSync(file, 'utf8') };
  switch (mode) {
    case 'DISABLED':
      return undefined;
    case 'REQUIRED':
      return { ...ca, rejectUnauthorized: false };
    case 'VERIFY_CA':
      return { ...ca, rejectUnauthorized: true, verifyIdentity: false };
    case 'VERIFY_IDENTITY':
      return { ...ca, rejectUnauthorized: true, verifyIdentity: true };
    default:
      throw new Error('STORE_URL has an unknown ssl-mode: it may be DISABLED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY.');
  }
}

function jsonOf(given: string): SslOptions {
  try {
    return JSON.parse(given) as SslOptions;
  } catch {
    throw new Error('The parameter ssl of STORE_URL starts as JSON, and is none.');
  }
}

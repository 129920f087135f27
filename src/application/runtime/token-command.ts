import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type SigningKey, signToken } from '../../infrastructure/auth/jwt/sign-token.ts';
import { algorithmsOf } from '../../infrastructure/auth/keys/public-keys.ts';
import { secretKey, secretsIn } from '../../infrastructure/auth/keys/secrets.ts';
import type { ExitCode } from './bootstrap.ts';
import type { Settings } from './config/keys.ts';
import { ConfigError, type Environment, loadConfig } from './config/load-config.ts';
import type { TokenOptions } from './token-options.ts';

/** Writes a token to the standard output. */
export async function printToken(options: TokenOptions, environment: Environment): Promise<ExitCode> {
  try {
    process.stdout.write(`${await makeToken(options, loadConfig(environment), Date.now())}\n`);
    return 0;
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return cause instanceof ConfigError ? 2 : 1;
  }
}

/**
 * A token for trying out, which a server with the same configuration takes.
 * @param now Unix milliseconds
 * @throws ConfigError when there is nothing to sign with
 */
export async function makeToken(options: TokenOptions, settings: Settings, now: number): Promise<string> {
  const { subject, name, color, documents, access, lifetime } = options;
  const content = {
    subject,
    name,
    color,
    issuer: settings.AUTH_ISSUER,
    audience: settings.AUTH_AUDIENCE,
    grants: documents.map((pattern) => ({ documents: pattern, access })),
    grantsClaim: settings.AUTH_GRANTS_CLAIM,
    now,
    lifetime,
  };
  return signToken(content, await signingKey(options, settings));
}

async function signingKey({ privateKey, keyId }: TokenOptions, settings: Settings): Promise<SigningKey> {
  if (privateKey !== undefined) {
    const key = await privateKeyIn(privateKey);
    return { key, algorithm: algorithmsOf(createPublicKey(key))[0], id: keyId };
  }
  const [key] = await secrets(settings);
  if (key !== undefined) return { key, algorithm: 'HS256', id: keyId };
  throw new ConfigError(
    'There is nothing to sign a token with. Make a secret, and start the server with it too:\n' +
      '  export AUTH_SECRET="$(openssl rand -base64 48)"\n' +
      'Or sign with the private key to the public one that the server has: --private-key FILE.pem',
  );
}

async function secrets({ AUTH_SECRET, AUTH_SECRET_FILE }: Settings): Promise<readonly KeyObject[]> {
  if (AUTH_SECRET !== undefined) return [secretKey(AUTH_SECRET).key as KeyObject];
  if (AUTH_SECRET_FILE === undefined) return [];
  try {
    return secretsIn(await readFile(AUTH_SECRET_FILE, 'utf8')).map(({ key }) => key as KeyObject);
  } catch (cause) {
    throw unusable(`AUTH_SECRET_FILE=${JSON.stringify(AUTH_SECRET_FILE)}`, cause);
  }
}

async function privateKeyIn(file: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(file, 'utf8'));
  } catch (cause) {
    throw unusable(`--private-key ${file}`, cause);
  }
}

function unusable(what: string, cause: unknown): ConfigError {
  return new ConfigError(`${what} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`);
}

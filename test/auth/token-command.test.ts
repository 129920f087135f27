import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { insertion } from '../support/updates.ts';
import { gate, id } from './support/authenticators.ts';
import { pairOf, pemOf, SECRET } from './support/tokens.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program, as somebody would at a prompt. */
function token(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const argv = [join(PACKAGE_ROOT, 'dist/main.js'), 'token', ...args];
    execFile(process.execPath, argv, { env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

function file(content: string): string {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  const path = join(directory.path, 'key');
  writeFileSync(path, content);
  return path;
}

describe('the token command', () => {
  it('[AUTH19] makes a token that a server with the same configuration takes', async () => {
    const environment = { AUTH_SECRET: SECRET, AUTH_ISSUER: 'me', AUTH_AUDIENCE: 'docs', STORE_URL: 'memory:' };
    const server = await ServerProcess.start(environment);
    atEnd(() => server.kill());
    const asked = ['--sub', 'ann', '--name', 'Ann', '--document', 'team/*', '--document', 'x', '--expires', '30m'];
    const { code, stdout, stderr } = await token(asked, environment);
    expect([code, stderr]).toEqual([0, '']);
    const made = stdout.trimEnd();
    expect(stdout).toBe(`${made}\n`);
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${made}`);
    const joined = await client.join('team/notes', 'ann');
    expect(joined.data).toMatchObject({ active_users: [{ user_name: 'Ann' }] });
    await client.write('team/notes', insertion('x'));
    client.send({ doc_id: 'team/a/b', type: 'sync' });
    expect(await client.nextFault()).toMatchObject({ code: 403 });
    const { iat = 0, exp = 0, ...claims } = decodeJwt(made);
    expect(exp - iat).toBe(1_800);
    expect(claims).toEqual({
      sub: 'ann',
      name: 'Ann',
      iss: 'me',
      aud: 'docs',
      grants: [
        { documents: 'team/*', access: 'write' },
        { documents: 'x', access: 'write' },
      ],
    });
    expect(server.output).not.toContain(made);
    expect(server.output).not.toContain(SECRET);
  });

  it.each([
    ['rsa', 'RS256'],
    ['p256', 'ES256'],
    ['p384', 'ES384'],
    ['ed25519', 'EdDSA'],
  ])('[AUTH19] signs with a private key (%s) as well', async (pair, alg) => {
    const { privateKey, publicKey } = pairOf(pair);
    const args = ['--sub', 'ann', '--access', 'read', '--key-id', 'k1', '--private-key', file(pemOf(privateKey))];
    const { stdout } = await token(args);
    expect(decodeProtectedHeader(stdout)).toEqual({ alg, typ: 'JWT', kid: 'k1' });
    const { enter } = await gate({ AUTH_PUBLIC_KEY_FILE: file(pemOf(publicKey)) });
    expect((await enter(stdout.trimEnd())).accessTo(id('d'))).toBe('read');
  });

  it('[AUTH19] signs with the first secret of a file', async () => {
    const AUTH_SECRET_FILE = file(`first-${SECRET}\nsecond-${SECRET}\n`);
    const { stdout } = await token(['--sub', 'ann'], { AUTH_SECRET_FILE });
    const { enter } = await gate({ AUTH_SECRET: `first-${SECRET}` });
    expect((await enter(stdout.trimEnd())).subject).toBe('ann');
  });

  it('[AUTH19] without a key it says how to make one', async () => {
    const { code, stdout, stderr } = await token(['--sub', 'ann']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('AUTH_SECRET="$(openssl rand -base64 48)"');
    expect(stderr).toContain('--private-key');
  });

  it.each([
    [[], '--sub'],
    [['--sub', ''], 'user id'],
    [['--sub', 'a', '--access', 'admin'], '--access must be read, write or delete'],
    [['--sub', 'a', '--expires', 'soon'], '--expires'],
    [['--sub', 'a', '--expires', '0h'], '--expires'],
    [['--sub', 'a', '--document', ''], 'pattern'],
    [['--sub', 'a', '--user', 'b'], '--user'],
    [['--sub', 'a', '--private-key', '/nowhere.pem'], '/nowhere.pem'],
  ])('[AUTH19] %j: one line that says what is wrong, and exit code 2', async (args, why) => {
    const { code, stdout, stderr } = await token(args, { AUTH_SECRET: SECRET });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

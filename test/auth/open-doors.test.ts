import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { warnOfOpenDoors } from '../../src/application/runtime/open-door-warning.ts';
import { SECRET } from './support/tokens.ts';

function warnings(environment: Readonly<Record<string, string>>): readonly unknown[] {
  const said: unknown[] = [];
  const nothing = () => undefined;
  const warn = (fields: Readonly<Record<string, unknown>>, message: string) => said.push({ ...fields, message });
  warnOfOpenDoors(loadConfig(environment), { debug: nothing, info: nothing, error: nothing, warn });
  return said;
}

const LOOPBACK = { HTTP_ADDR: '127.0.0.1:8080', GRPC_ADDR: '[::1]:8081' };

describe('a server that everybody can reach, without authentication', () => {
  it('[AUTH1] warns once, naming the addresses and how to turn it on', () => {
    expect(warnings({})).toEqual([
      { addresses: ['[::]:8080', '[::]:8081'], message: expect.stringMatching(/^AUTHENTICATION IS OFF.*AUTH_SECRET/) },
    ]);
    expect(warnings({ ...LOOPBACK, HTTP_ADDR: '192.0.2.1:80' })).toMatchObject([{ addresses: ['192.0.2.1:80'] }]);
    expect(warnings({ ...LOOPBACK, HTTP_ADDR: '127.example.org:80' })).toHaveLength(1);
  });

  it.each([
    ['on the loopback', LOOPBACK],
    ['on localhost', { ...LOOPBACK, HTTP_ADDR: 'localhost:1' }],
    ['with the open door switched off', { ...LOOPBACK, GRPC_ADDR: '[::]:8081', ENABLE_GRPC: 'false' }],
    ['with a secret', { AUTH_SECRET: SECRET }],
    ['with a key file', { AUTH_PUBLIC_KEY_FILE: '/etc/key.pem' }],
    ['with a key set', { AUTH_JWKS_URL: 'https://id.example/keys' }],
    ['with a webhook', { AUTH_WEBHOOK_URL: 'http://localhost:3000/may' }],
  ])('[AUTH1] says nothing %s', (_what, environment) => {
    expect(warnings(environment)).toEqual([]);
  });
});

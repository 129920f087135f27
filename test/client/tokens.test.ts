import { describe, expect, it } from 'vitest';
import { subjectOf } from '../../client/src/grpc/subject-of.ts';
import { SECRET, tokenOf, WRITE_ALL } from '../auth/support/tokens.ts';
import { atEnd } from '../support/clean-up.ts';
import { startServer } from '../support/server.ts';
import { Client, KINDS } from './support/scene.ts';

describe.each(KINDS)('%s', (kind) => {
  it('[SDK22] edits as the subject of its token, without being told who that is', async () => {
    const server = await startServer({ AUTH_SECRET: SECRET, COMMIT_WINDOW_MS: '0' });
    atEnd(() => server.stop());
    const token = await tokenOf({ sub: 'ann@example.org', name: 'Ann', grants: WRITE_ALL });
    const client = await Client.synced(kind, server, { token });
    client.append('by Ann');
    await client.provider.whenSaved();
    const reader = await Client.synced('WebSocketProvider', server, { token });
    await reader.hasText('by Ann');
    expect(client.errors).toEqual([]);
  });
});

it('[SDK22] reads no subject out of what is no token of this kind', async () => {
  expect(subjectOf(await tokenOf({ sub: 'ann' }))).toBe('ann');
  const payload = (value: unknown) => `a.${Buffer.from(JSON.stringify(value)).toString('base64url')}.c`;
  const none = [
    undefined,
    '',
    'secret',
    'a.b.c',
    payload(null),
    payload({}),
    payload({ sub: 7 }),
    payload({ sub: '' }),
  ];
  expect(none.map(subjectOf)).toEqual(none.map(() => undefined));
});

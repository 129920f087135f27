import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/application/ports/authenticator.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { SabotagedLog } from '../contracts/saboteur.ts';
import { principalOf } from '../support/principals.ts';
import { BAIT, POISON } from './support/poison.ts';
import { insertion, scene, textOf } from './support/scene.ts';

describe('Faults of Collaborate', () => {
  it('[GRPC7] answers update, awareness and sync_request without a session with 404', async () => {
    const { stream } = await scene();
    const one = stream();
    one.update('doc', 'a', insertion('x'));
    one.send('doc', 'a', { awareness: { awareness_state: '{}' } });
    one.send('doc', 'a', { sync_request: {} });
    for (let faults = 3; faults > 0; faults--) expect(await one.takeError()).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    await one.join('doc', 'a');
    one.update('doc', 'another', insertion('x'));
    expect(await one.takeError()).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    expect(textOf(await one.sync('doc', 'a'))).toBe('');
  });

  it('[GRPC7] ignores a heartbeat and a leave without a session', async () => {
    const { stream } = await scene();
    const one = stream();
    one.send('doc', 'a', { heartbeat: { timestamp: 1 } });
    one.send('doc', 'a', { leave_document: {} });
    await one.join('doc', 'a');
    one.send('doc', 'a', { heartbeat: { timestamp: 1 } });
    await one.sync('doc', 'a');
  });

  it('[GRPC8] refuses empty and oversized ids', async () => {
    const { stream } = await scene();
    const one = stream();
    const join_document = { user_id: 'u' };
    one.send('', 'a', { join_document });
    one.send('doc', ' ', { join_document });
    one.send('doc', 'a', { join_document: { user_id: '' } });
    one.send('x'.repeat(257), 'a', { join_document });
    one.send('doc', '', { heartbeat: {} });
    for (let faults = 5; faults > 0; faults--) expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    await one.join('doc', 'a');
  });

  it('[GRPC8] refuses a message of no type', async () => {
    const { stream } = await scene();
    const one = stream();
    await one.join('doc', 'a');
    one.send('doc', 'a', {});
    expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    await one.sync('doc', 'a');
  });

  it('[GRPC8] refuses bytes that are no message, and the stream goes on', async () => {
    const { client } = await scene();
    const one = client().openUnencoded();
    // The wire type 7, which does not exist.
    one.call.write(Buffer.from([0x0f]));
    expect((await one.take('error')).error_message).toContain('no ClientMessage');
    one.call.write(Buffer.alloc(0));
    expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    one.call.cancel();
  });

  it('[GRPC8] refuses updates and state vectors that do not decode, and the stream goes on', async () => {
    const { stream } = await scene();
    const one = stream();
    await one.join('doc', 'a');
    one.update('doc', 'a', Uint8Array.of(9, 9, 9));
    one.update('doc', 'a', new Uint8Array());
    one.send('doc', 'a', { sync_request: { state_vector: Uint8Array.of(7) } });
    one.send('doc', 'a', { awareness: { awareness_state: 'no JSON' } });
    for (let faults = 4; faults > 0; faults--) expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    expect(await one.write('doc', 'a', insertion('fine'))).toBe(1);
  });

  it('[GRPC8] refuses an update that decodes but does not integrate; what came with it is taken', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    await one.write('doc', 'a', BAIT);
    await two.take('update');
    one.update('doc', 'a', insertion('before'));
    one.update('doc', 'a', POISON);
    one.update('doc', 'a', insertion('after'));
    const answers = [await one.next(), await one.next(), await one.next()];
    expect(answers.map((answer) => answer.message_type).sort()).toEqual(['error', 'update', 'update']);
    const refused = answers.find((answer) => answer.message_type === 'error')?.error;
    expect(refused).toMatchObject({ error_code: 400, error_type: 'INVALID_UPDATE' });
    expect(await two.take('update')).toMatchObject({ sequence_number: 2 });
    expect(await two.take('update')).toMatchObject({ sequence_number: 3 });
    const text = textOf(await two.sync('doc', 'b'));
    expect(text).toContain('before');
    expect(text).toContain('after');
  });

  it('[GRPC8] refuses an update whose predecessors never come', async () => {
    const { stream } = await scene({ MAX_GAP_UPDATES: '1' });
    const one = stream();
    await one.join('doc', 'a');
    one.update('doc', 'a', Uint8Array.of(1, 1, 5, 4, 0, 4, 0));
    one.update('doc', 'a', Uint8Array.of(1, 1, 6, 4, 0, 4, 0));
    expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    expect(textOf(await one.sync('doc', 'a'))).toBe('');
  });

  it('[GRPC9] refuses what is over a size limit with 413', async () => {
    const { stream } = await scene({ MAX_MESSAGE_BYTES: '1024', MAX_AWARENESS_BYTES: '1024' });
    const one = stream();
    await one.join('doc', 'a');
    one.update('doc', 'a', insertion('x'.repeat(2000)));
    one.send('doc', 'a', { awareness: { awareness_state: JSON.stringify({ a: 'x'.repeat(2000) }) } });
    one.send('doc', 'a', { sync_request: { state_vector: new Uint8Array(2000) } });
    for (let faults = 3; faults > 0; faults--) expect(await one.takeError()).toEqual([413, 'INVALID_UPDATE']);
    expect(await one.write('doc', 'a', insertion('x'))).toBe(1);
  });

  it('[GRPC9] ends a stream with RESOURCE_EXHAUSTED only for a message over 64 MiB', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    one.update('doc', 'a', new Uint8Array(60 * 1024 * 1024));
    expect(await one.takeError()).toEqual([413, 'INVALID_UPDATE']);
    two.update('doc', 'a', new Uint8Array(65 * 1024 * 1024));
    expect(await two.status).toMatchObject({ code: 8 });
    await one.sync('doc', 'a');
  });

  it('[GRPC10] answers 429 after too many faulty messages, and the stream stays', async () => {
    const { stream } = await scene({ MAX_INVALID_MESSAGES: '3' });
    const one = stream();
    await one.join('doc', 'a');
    for (let faults = 3; faults > 0; faults--) one.update('doc', 'a', Uint8Array.of(9));
    one.update('doc', 'a', insertion('x'));
    for (let faults = 3; faults > 0; faults--) expect(await one.takeError()).toEqual([400, 'INVALID_UPDATE']);
    expect(await one.takeError()).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    one.send('doc', 'a', { leave_document: {} });
    one.send('doc', 'a', { sync_request: {} });
    expect(await one.takeError()).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
  });

  it('[GRPC11] ends a call without good credentials: an error, then UNAUTHENTICATED', async () => {
    const { stream, client } = await scene({}, { authenticator });
    for (const refused of [stream(), stream('Bearer wrong'), stream('Basic writer')]) {
      expect(await refused.takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
      expect(await refused.status).toMatchObject({ code: 16 });
    }
    const allowed = stream('bearer writer');
    await allowed.join('doc', 'a');
    await expect(client().getActiveUsers({ document_id: 'doc' })).rejects.toMatchObject({ code: 16 });
  });

  it('[GRPC11] refuses what a grant does not cover with 403', async () => {
    const { stream, client } = await scene({}, { authenticator });
    const reader = stream('Bearer reader');
    await reader.join('doc', 'a');
    reader.update('doc', 'a', insertion('x'));
    expect(await reader.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    reader.send('secret', 'a', { join_document: { user_id: 'u' } });
    expect(await reader.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    expect(textOf(await reader.sync('doc', 'a'))).toBe('');
    const unary = client('Bearer reader');
    await expect(unary.getActiveUsers({ document_id: 'secret' })).rejects.toMatchObject({ code: 7 });
    await expect(unary.getDocumentState({ document_id: 'secret', client_id: 'c' })).rejects.toMatchObject({ code: 7 });
  });

  it('[GRPC12] answers the unforeseen with 500, logs its stack, hides it from the client, and goes on', async () => {
    const { stream, server } = await scene({}, { authenticator });
    const one = stream('Bearer writer');
    one.send('broken', 'a', { join_document: { user_id: 'u' } });
    const { error_code, error_type, error_message } = await one.take('error');
    expect([error_code, error_type]).toEqual([500, 'UNKNOWN_ERROR']);
    expect(error_message).not.toContain('broken grant');
    const logged = server.logs.find(({ level }) => level === 'error')?.fields.err;
    expect((logged as Error).stack).toContain('broken grant');
    await one.join('doc', 'a');
  });

  it('[GRPC18] ends the sessions of a document whose store failed with 503; the stream stays, to join again', async () => {
    const log = new SabotagedLog(new MemoryUpdateLog());
    const { stream } = await scene({ STORE_RETRY_MS: '1' }, { log });
    const one = stream();
    await one.join('doc', 'a');
    await one.join('other', 'a');
    log.sabotage({ method: 'append', nth: 'all' });
    one.update('doc', 'a', insertion('lost'));
    expect(await one.takeError()).toEqual([503, 'CONNECTION_ERROR']);
    log.heal();
    one.send('doc', 'a', { sync_request: {} });
    expect(await one.takeError()).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    expect(textOf((await one.join('doc', 'a')).document_data)).toBe('');
    expect(await one.write('doc', 'a', insertion('kept'))).toBe(1);
    await one.sync('other', 'a');
  });

  it('[GRPC18] says when a session has expired', async () => {
    const { stream } = await scene({ SESSION_TIMEOUT_MS: '100' });
    const one = stream();
    await one.join('doc', 'a');
    expect(await one.takeError()).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    await one.join('doc', 'a');
  });
});

/** Knows the tokens `writer` and `reader`; nobody may open `secret`, and asking about `broken` fails. */
const authenticator: Authenticator = {
  demands: 'a token',
  authenticate: async ({ token }) => {
    if (token !== 'writer' && token !== 'reader') throw new CollaborationError('unauthenticated', 'No.');
    return principalOf({
      accessTo: ({ value }) => {
        if (value === 'broken') throw new Error('broken grant');
        if (value === 'secret') return 'none';
        return token === 'writer' ? 'write' : 'read';
      },
    });
  },
};

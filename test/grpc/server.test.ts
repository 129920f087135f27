import { once } from 'node:events';
import { connect } from 'node:net';
import { type Client, credentials, type GrpcObject, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GatedLog } from './support/gated-log.ts';
import { insertion, scene, textOf } from './support/scene.ts';

const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };

describe('gRPC server', () => {
  it('[GRPC19] answers GetDocumentState and GetActiveUsers', async () => {
    const { stream, client } = await scene();
    const [one, unary] = [stream(), client()];
    await one.join('doc', 'a', { user_metadata: { k: 'v' } });
    await one.write('doc', 'a', insertion('text'));
    const { document_state } = await unary.getDocumentState({ document_id: 'doc', client_id: 'c' });
    expect(textOf(document_state.document_data)).toBe('text');
    expect(document_state.last_modified).toBeGreaterThan(0);
    const users = [{ client_id: 'a', user_id: 'a@example.org', user_metadata: { k: 'v' } }];
    expect(document_state.active_users).toMatchObject(users);
    const { active_users } = await unary.getActiveUsers({ document_id: 'doc' });
    expect(active_users).toEqual(document_state.active_users);
    expect(active_users[0]?.last_seen).toBeGreaterThan(0);
  });

  it('[GRPC19] knows a document that somebody is in or that was written, and no other', async () => {
    const { stream, client } = await scene();
    const [one, unary] = [stream(), client()];
    const request = { document_id: 'doc', client_id: 'c' };
    await expect(unary.getDocumentState(request)).rejects.toMatchObject({ code: 5 });
    expect(await unary.getActiveUsers(request)).toEqual({ active_users: [] });
    await one.join('doc', 'a');
    expect((await unary.getDocumentState(request)).document_state.last_modified).toBe(0);
    one.send('doc', 'a', { leave_document: {} });
    one.send('doc', 'a', { sync_request: {} });
    await one.take('error');
    await expect(unary.getDocumentState(request)).rejects.toMatchObject({ code: 5 });
  });

  it('[GRPC19] refuses empty and oversized ids with INVALID_ARGUMENT', async () => {
    const { client } = await scene();
    const unary = client();
    const long = 'x'.repeat(257);
    await expect(unary.getDocumentState({ document_id: '', client_id: 'c' })).rejects.toMatchObject({ code: 3 });
    await expect(unary.getDocumentState({ document_id: 'doc', client_id: '' })).rejects.toMatchObject({ code: 3 });
    await expect(unary.getDocumentState({ document_id: long, client_id: 'c' })).rejects.toMatchObject({ code: 3 });
    await expect(unary.getActiveUsers({ document_id: '' })).rejects.toMatchObject({ code: 3 });
  });

  it('[GRPC20] tells health checkers that it serves, and watchers when it stops', async () => {
    const { server } = await scene({ SHUTDOWN_TIMEOUT_MS: '300' });
    const health = stub(loadSync(protoPath, OPTIONS), server.grpcAddress, 'grpc', 'health', 'v1', 'Health');
    for (const service of ['', 'collaboration.CollaborationService']) {
      expect(await health.call('Check', { service })).toEqual({ status: 'SERVING' });
    }
    const watch = health.stream('Watch', { service: '' });
    watch.on('error', () => undefined);
    expect((await once(watch, 'data'))[0]).toEqual({ status: 'SERVING' });
    const stopped = server.stop();
    expect((await once(watch, 'data'))[0]).toEqual({ status: 'NOT_SERVING' });
    watch.cancel();
    await stopped;
    health.close();
  });

  it('[GRPC20] tells reflection clients what it serves', async () => {
    const { server } = await scene();
    const path = new URL(
      '../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
      import.meta.url,
    ).pathname;
    const definition = loadSync(path, OPTIONS);
    const reflection = stub(definition, server.grpcAddress, 'grpc', 'reflection', 'v1', 'ServerReflection');
    const call = reflection.stream('ServerReflectionInfo');
    call.write({ list_services: '' });
    const [listed] = await once(call, 'data');
    const names = listed.list_services_response.service.map(({ name }: { name: string }) => name);
    expect(names).toContain('collaboration.CollaborationService');
    expect(names).toContain('grpc.health.v1.Health');
    call.write({ file_containing_symbol: 'collaboration.CollaborationService' });
    const [file] = await once(call, 'data');
    expect(file.file_descriptor_response.file_descriptor_proto).not.toHaveLength(0);
    call.end();
    reflection.close();
  });

  it('[GRPC21] stops: acknowledges what was sent, says 503, ends the stream with UNAVAILABLE', async () => {
    const log = new GatedLog();
    const { server, stream } = await scene({}, { log });
    const one = stream();
    await one.join('doc', 'a');
    log.shutGate('append');
    const reached = log.reached('append');
    one.update('doc', 'a', insertion('x'));
    await reached;
    const stopped = server.stop();
    log.openGate('append');
    expect(await one.take('update')).toMatchObject({ origin_client_id: 'a' });
    expect(await one.takeError()).toEqual([503, 'CONNECTION_ERROR']);
    expect(await one.status).toMatchObject({ code: 14 });
    await stopped;
  });

  it('[GRPC22] closes a connection whose peer answers no ping', async () => {
    const { server } = await scene({ PING_INTERVAL_MS: '50' });
    const [host, port] = server.grpcAddress.split(':');
    const socket = connect(Number(port), host);
    // The preface of a client and its empty SETTINGS (RFC 9113, section 3.4); nothing after it.
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    socket.resume();
    await once(socket, 'close');
  });

  it('[GRPC23] ends a stream that stays full, and only that one', async () => {
    const { stream } = await scene({ MAX_OUTBOX_BYTES: '65536', OUTBOX_TIMEOUT_MS: '100' });
    const [slow, fast] = [stream(), stream()];
    await fast.join('doc', 'f');
    await slow.join('doc', 's');
    await fast.take('user_joined');
    // It takes 16 messages, and what fits the window of HTTP/2, before it lets the server wait.
    slow.call.pause();
    const large = insertion('x'.repeat(100_000));
    for (let times = 40; times > 0; times--) fast.update('doc', 'f', differing(large, times));
    const seen: string[] = [];
    while (!seen.includes('user_left')) seen.push((await fast.next()).message_type);
    slow.call.resume();
    expect(await slow.status).toMatchObject({ code: 14 });
  });

  it('[GRPC23] brings a client that did not keep up to date once it reads again', async () => {
    const { stream } = await scene({ MAX_OUTBOX_BYTES: '65536' });
    const [slow, fast, other, late] = [stream(), stream(), stream(), stream()];
    await fast.join('doc', 'f');
    await other.join('doc', 'leaves');
    const { document_data } = await slow.join('doc', 's');
    slow.call.pause();
    const doc = new Y.Doc();
    await fast.take('user_joined');
    await fast.take('user_joined');
    for (let times = 40; times > 0; times--) {
      const before = Y.encodeStateVector(doc);
      doc.getText('text').insert(0, `${times}`.repeat(50_000));
      await fast.write('doc', 'f', Y.encodeStateAsUpdate(doc, before));
    }
    other.send('doc', 'leaves', { leave_document: {} });
    await fast.take('user_left');
    await late.join('doc', 'comes');
    await fast.take('user_joined');
    fast.send('doc', 'f', { awareness: { awareness_state: '{"cursor":1}' } });
    await fast.sync('doc', 'f');
    slow.call.resume();
    const copy = new Y.Doc();
    Y.applyUpdate(copy, document_data);
    let updates = 0;
    const seen: string[] = [];
    while (!seen.includes('shown f {"cursor":1}')) {
      const { message_type, update, user_joined, user_left, awareness } = await slow.next();
      if (message_type === 'user_joined') seen.push(`joined ${user_joined.client_id}`);
      if (message_type === 'user_left') seen.push(`left ${user_left.client_id}`);
      if (message_type === 'awareness') seen.push(`shown ${awareness.client_id} ${awareness.awareness_state}`);
      if (message_type !== 'update') continue;
      Y.applyUpdate(copy, update.update_data);
      updates++;
    }
    expect(copy.getText('text').toString()).toBe(doc.getText('text').toString());
    expect(updates).toBeLessThan(40);
    expect(seen.filter((what) => !what.startsWith('shown'))).toEqual(['left leaves', 'joined comes']);
  });
});

/** The same insertion by another Yjs client. */
function differing(update: Uint8Array, client: number): Uint8Array {
  const text = new Y.Doc();
  Y.applyUpdate(text, update);
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getText('text').insert(0, text.getText('text').toString());
  return Y.encodeStateAsUpdate(doc);
}

interface LooseStream extends NodeJS.EventEmitter {
  write(message: object): void;
  end(): void;
  cancel(): void;
}

type LooseMethod = (request?: object, done?: (error: ServiceError | null, response: unknown) => void) => LooseStream;

function stub(definition: PackageDefinition, address: string, ...path: readonly string[]) {
  let found: GrpcObject | GrpcObject[string] = loadPackageDefinition(definition);
  for (const name of path) found = (found as GrpcObject)[name]!;
  const Stub = found as unknown as new (address: string, creds: unknown) => Client & Record<string, LooseMethod>;
  const client = new Stub(address, credentials.createInsecure());
  return {
    call: (method: string, request: object): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client[method]!(request, (error, response) => (error === null ? resolve(response) : reject(error)));
      }),
    stream: (method: string, request?: object): LooseStream => client[method]!(request),
    close: () => client.close(),
  };
}

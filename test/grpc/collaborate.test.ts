import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GatedLog } from './support/gated-log.ts';
import { insertion, scene, textOf } from './support/scene.ts';

describe('Collaborate', () => {
  it('[GRPC1] carries several documents and clients on one stream', async () => {
    const { stream } = await scene();
    const one = stream();
    await one.join('first', 'a');
    await one.join('second', 'a');
    await one.write('second', 'a', insertion('two'));
    expect(textOf(await one.sync('first', 'a'))).toBe('');
    expect(textOf(await one.sync('second', 'a'))).toBe('two');
    await one.join('second', 'b');
    expect(await one.take('user_joined')).toMatchObject({ client_id: 'b' });
  });

  it('[GRPC2] answers a join with the document and everyone in it, and tells the others', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await one.write('doc', 'a', insertion('hello'));
    const state = await two.join('doc', 'b', {
      user_name: 'Bo',
      user_color: '#123456',
      user_metadata: { role: 'editor' },
    });
    expect(textOf(state.document_data)).toBe('hello');
    expect(Buffer.from(state.state_vector)).toEqual(
      Buffer.from(Y.encodeStateVectorFromUpdate(new Uint8Array(state.document_data))),
    );
    expect(state.last_modified).toBeGreaterThan(0);
    const bo = { user_id: 'b@example.org', user_name: 'Bo', user_color: '#123456', client_id: 'b' };
    expect(state.active_users).toMatchObject([{ client_id: 'a', user_name: 'a' }, bo]);
    expect(await one.take('user_joined')).toEqual({ ...bo, user_metadata: { role: 'editor' } });
  });

  it('[GRPC2] tells the others when somebody leaves, once, and the one who left nothing', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await one.join('other', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    one.send('doc', 'a', { leave_document: { user_id: 'a@example.org' } });
    expect(await two.take('user_left')).toEqual({ user_id: 'a@example.org', client_id: 'a' });
    await one.sync('other', 'a');
    expect((await one.join('doc', 'a')).active_users).toHaveLength(2);
    expect(await two.take('user_joined')).toMatchObject({ client_id: 'a' });
  });

  it('[GRPC3] refuses to join twice, and the session goes on', async () => {
    const { stream } = await scene();
    const one = stream();
    await one.join('doc', 'a');
    one.send('doc', 'a', { join_document: { user_id: 'u' } });
    expect(await one.takeError()).toEqual([409, 'CONNECTION_ERROR']);
    expect(await one.write('doc', 'a', insertion('x'))).toBe(1);
  });

  it('[GRPC3] joins again after a leave, also when both come at once', async () => {
    const { stream } = await scene();
    const one = stream();
    one.send('doc', 'a', { join_document: { user_id: 'u' } });
    one.send('doc', 'a', { leave_document: {} });
    one.send('doc', 'a', { join_document: { user_id: 'v' } });
    await one.take('document_state');
    expect((await one.take('document_state')).active_users).toMatchObject([{ user_id: 'v' }]);
  });

  it('[GRPC4] sends what the state vector lacks', async () => {
    const { stream } = await scene();
    const one = stream();
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'known');
    const known = Y.encodeStateVector(doc);
    await one.join('doc', 'a');
    await one.write('doc', 'a', Y.encodeStateAsUpdate(doc));
    doc.getText('text').insert(5, ' new');
    await one.write('doc', 'a', Y.encodeStateAsUpdate(doc, known));
    expect(textOf(await one.sync('doc', 'a'))).toBe('known new');
    expect(Buffer.from(await one.sync('doc', 'a', known))).toEqual(Buffer.from(Y.encodeStateAsUpdate(doc, known)));
  });

  it('[GRPC5] passes an update on to everyone else, with its origin and number', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await one.join('doc', 'a2');
    await two.join('doc', 'b');
    await one.take('user_joined');
    await one.take('user_joined');
    await one.take('user_joined');
    const update = insertion('hi');
    two.update('doc', 'b', update);
    expect(await two.take('update')).toMatchObject({ origin_client_id: 'b', sequence_number: 1 });
    // Two sessions on one stream: told each.
    for (let sessions = 2; sessions > 0; sessions--) {
      const told = await one.take('update');
      expect(told).toMatchObject({ origin_client_id: 'b', sequence_number: 1 });
      expect(Buffer.from(told.update_data)).toEqual(Buffer.from(update));
    }
    await two.sync('doc', 'b');
  });

  it('[GRPC6] acknowledges an update when it is on disk, not before', async () => {
    const log = new GatedLog();
    const { stream } = await scene({}, { log });
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    log.shutGate('append');
    const reached = log.reached('append');
    one.update('doc', 'a', insertion('x'));
    await two.take('update');
    await reached;
    // The sync is answered first: no acknowledgement came before it.
    await one.sync('doc', 'a');
    log.openGate('append');
    expect(await one.take('update')).toMatchObject({ origin_client_id: 'a', sequence_number: 1 });
  });

  it('[GRPC6] acknowledges each update of a stream once, in their order across documents', async () => {
    const log = new GatedLog();
    const { stream } = await scene({}, { log });
    const one = stream();
    const names = Array.from({ length: 30 }, (_, at) => `doc${at % 3}`);
    for (const name of new Set(names)) await one.join(name, 'a');
    log.shutGate('append');
    const repeated = insertion('the same');
    names.forEach((name, at) => {
      one.update(name, 'a', at % 5 === 4 ? repeated : insertion(String(at)));
    });
    await log.reached('append');
    log.openGate('append');
    const acknowledged: string[] = [];
    const numbers = new Map<string, number>();
    for (const _ of names) {
      const message = await one.next();
      expect(message.update.update_data).toHaveLength(0);
      expect(message.update.sequence_number).toBeGreaterThanOrEqual(numbers.get(message.document_id) ?? 1);
      numbers.set(message.document_id, message.update.sequence_number);
      acknowledged.push(message.document_id);
    }
    expect(acknowledged).toEqual(names);
    await one.sync('doc0', 'a');
  });

  it('[GRPC13] tells the others when a stream breaks', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    two.call.cancel();
    expect(await one.take('user_left')).toEqual({ user_id: 'b@example.org', client_id: 'b' });
  });

  it('[GRPC13] ends a stream that the client has ended, once its updates are acknowledged', async () => {
    const log = new GatedLog();
    const { stream } = await scene({}, { log });
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    log.shutGate('append');
    two.update('doc', 'b', insertion('last words'));
    two.call.end();
    await one.take('update');
    await one.take('user_left');
    log.openGate('append');
    expect(await two.take('update')).toMatchObject({ origin_client_id: 'b', sequence_number: 1 });
    expect(await two.status).toMatchObject({ code: 0 });
  });

  it('[GRPC13] leaves no session behind where a stream breaks while its document is loaded', async () => {
    const log = new GatedLog();
    const { stream } = await scene({}, { log });
    const [one, two] = [stream(), stream()];
    await one.join('open', 'a');
    await two.join('open', 'b');
    log.shutGate('load');
    const reached = log.reached('load');
    one.send('doc', 'a', { join_document: { user_id: 'u' } });
    await reached;
    one.call.cancel();
    await two.take('user_left');
    log.openGate('load');
    const state = await two.join('doc', 'b');
    expect(state.active_users).toMatchObject([{ client_id: 'b' }]);
  });

  it('[GRPC24] handles one message after another, also while a document is loaded', async () => {
    const log = new GatedLog();
    const { stream } = await scene({}, { log });
    const [one, two] = [stream(), stream()];
    await two.join('open', 'b');
    log.shutGate('load');
    const reached = log.reached('load');
    one.send('slow', 'a', { join_document: { user_id: 'u' } });
    one.update('slow', 'a', insertion('early'));
    one.send('open', 'a', { join_document: { user_id: 'u' } });
    await reached;
    await two.sync('open', 'b');
    log.openGate('load');
    const answers = [await one.next(), await one.next(), await one.next()];
    const states = answers.filter(({ message_type }) => message_type === 'document_state');
    expect(states.map(({ document_id }) => document_id)).toEqual(['slow', 'open']);
    expect(answers.find(({ message_type }) => message_type === 'update')).toMatchObject({ document_id: 'slow' });
  });

  it('[GRPC14] announces a client, not a stream', async () => {
    const { stream } = await scene();
    const [watcher, old, fresh] = [stream(), stream(), stream()];
    await watcher.join('doc', 'w');
    await old.join('doc', 'a');
    expect(await watcher.take('user_joined')).toMatchObject({ client_id: 'a' });
    expect((await fresh.join('doc', 'a')).active_users).toHaveLength(2);
    old.call.cancel();
    await old.status;
    await fresh.write('doc', 'a', insertion('still here'));
    await watcher.take('update');
    fresh.send('doc', 'a', { leave_document: {} });
    expect(await watcher.take('user_left')).toMatchObject({ client_id: 'a' });
  });

  it('[GRPC15] passes awareness on as it was sent, and shows it to whoever joins later', async () => {
    const { stream } = await scene();
    const [one, two, three] = [stream(), stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    const user_info = '{"name":"Bo"}';
    const awareness_state = '{ "cursor": {"index":3} }';
    two.send('doc', 'b', { awareness: { client_id: 'b', user_info, awareness_state } });
    expect(await one.take('awareness')).toMatchObject({ client_id: 'b', user_info, awareness_state });
    await three.join('doc', 'c');
    expect(await three.take('awareness')).toMatchObject({ client_id: 'b', user_info, awareness_state });
    await one.take('user_joined');
    two.call.cancel();
    expect(await one.take('awareness')).toMatchObject({ client_id: 'b', awareness_state: 'null' });
    await one.take('user_left');
  });

  it('[GRPC15] removes a state that its client sets to null', async () => {
    const { stream } = await scene();
    const [one, two] = [stream(), stream()];
    await one.join('doc', 'a');
    await two.join('doc', 'b');
    await one.take('user_joined');
    two.send('doc', 'b', { awareness: { awareness_state: '{}' } });
    two.send('doc', 'b', { awareness: { awareness_state: 'null' } });
    await one.take('awareness');
    expect(await one.take('awareness')).toMatchObject({ client_id: 'b', awareness_state: 'null' });
  });
});

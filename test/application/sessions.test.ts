import { describe, expect, it } from 'vitest';
import { encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { insertion } from '../support/updates.ts';
import { type FakeSession, settle, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');
const TIMEOUT = 1_000;

const told = (session: FakeSession) => session.delivered.map(({ eventType, clientId }) => `${eventType} ${clientId}`);
const users = (world: World) => world.collaboration.getActiveUsers(DOC).map(({ clientId }) => clientId.value);
const show = (world: World, session: FakeSession, state: object, client = 7, clock = 1) =>
  world.collaboration.handleAwarenessUpdate(session.member, {
    kind: 'provider',
    update: encodeAwareness([{ clientId: client, clock, state: JSON.stringify(state) }]),
  });

async function watched(world: World) {
  const watcher = await world.client('watcher').join('doc', 'watcher', 'anonymous');
  return watcher;
}

describe('joining and leaving', () => {
  it('[SES4] the others are told of a join and a leave, the client itself is not', async () => {
    const world = new World();
    const watcher = await watched(world);
    const alice = await world.client('alice').join('doc', 'alice', { userId: 'ada@example.org', userName: 'Ada' });
    await settle();
    expect([told(watcher), told(alice)]).toEqual([['UserJoinedDocument alice'], []]);
    expect(watcher.delivered[0]).toMatchObject({ session: { userName: 'Ada', status: 'Active' } });
    expect(users(world)).toEqual(['alice']);
    world.collaboration.leaveDocument(alice.member);
    await settle();
    expect(told(watcher)).toEqual(['UserJoinedDocument alice', 'UserLeftDocument alice']);
    expect([users(world), world.sessions.size, alice.member.session.status]).toEqual([[], 1, 'Offline']);
    world.collaboration.leaveDocument(alice.member);
    await settle();
    expect(watcher.delivered).toHaveLength(2);
  });

  it('[SES1] a second session of the same connection, document and client is refused; others are not', async () => {
    const world = new World();
    const client = world.client('alice');
    await client.join('doc', 'a');
    await expect(client.join('doc', 'a')).rejects.toMatchObject({ kind: 'session-exists', failure: { code: 409 } });
    await client.join('doc', 'b');
    await client.join('other', 'a');
    await world.client('elsewhere').join('doc', 'a');
    expect(world.sessions.size).toBe(4);
  });

  it('[SES1] of two joins at once, one is refused', async () => {
    const world = new World();
    const client = world.client('alice');
    const outcomes = await Promise.allSettled([client.join('doc', 'a'), client.join('doc', 'a')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect([world.sessions.size, client.connection.sessionCount]).toEqual([1, 1]);
  });

  it('[SES1] after a leave the same join is taken again', async () => {
    const world = new World();
    const client = world.client('alice');
    world.collaboration.leaveDocument((await client.join('doc', 'a')).member);
    await client.join('doc', 'a');
    expect(world.sessions.size).toBe(1);
  });

  it('[LIM1] a connection has no more sessions than allowed, and opens only what it may', async () => {
    const world = new World({ settings: { MAX_SESSIONS_PER_CONNECTION: '1' } });
    const client = world.client('alice', ({ value }) => (value === 'secret' ? 'none' : 'write'));
    await expect(client.join('secret')).rejects.toMatchObject({ kind: 'forbidden' });
    await client.join('one');
    await expect(client.join('two')).rejects.toMatchObject({ kind: 'too-large' });
    expect(world.rooms.all.map(({ documentId }) => documentId.value)).toEqual(['one']);
  });

  it('[SES4] a client with another session there is not announced again, and has left with its last one', async () => {
    const world = new World();
    const watcher = await watched(world);
    const [first, second] = [world.client('first'), world.client('second')];
    const before = await first.join('doc', 'a');
    const after = await second.join('doc', 'a');
    world.collaboration.disconnect(first.connection);
    await settle();
    expect(told(watcher)).toEqual(['UserJoinedDocument a']);
    expect([users(world), before.member.session.status]).toEqual([['a'], 'Disconnected']);
    world.collaboration.leaveDocument(after.member);
    await settle();
    expect(told(watcher)).toEqual(['UserJoinedDocument a', 'UserLeftDocument a']);
  });

  it('[SES3] a transport that breaks takes all its sessions along, their presence too', async () => {
    const world = new World();
    const watcher = await watched(world);
    const client = world.client('alice');
    const [one, other] = [await client.join('doc', 'a'), await client.join('other', 'a')];
    world.collaboration.handleAwarenessUpdate(one.member, { kind: 'json', awarenessState: '{"x":1}', userInfo: '' });
    await settle();
    world.collaboration.disconnect(client.connection);
    await settle();
    expect(told(watcher).slice(-2)).toEqual(['UserAwarenessUpdated a', 'UserLeftDocument a']);
    expect([one, other].map(({ member }) => member.session.status)).toEqual(['Disconnected', 'Disconnected']);
    expect([client.connection.sessionCount, world.sessions.size]).toEqual([0, 1]);
    expect(watcher.member.room.presence.states).toEqual([]);
  });

  it('[SES3] a transport that breaks while the document is loaded leaves no session behind', async () => {
    const world = new World();
    const client = world.client('alice');
    const joining = client.join('doc', 'a');
    world.collaboration.disconnect(client.connection);
    await expect(joining).rejects.toMatchObject({ kind: 'unavailable' });
    expect([world.sessions.size, world.rooms.all[0]?.members.size]).toEqual([0, 0]);
  });
});

describe('anonymous sessions', () => {
  it('[SES5] are not announced and count as no user, and edit like any other', async () => {
    const world = new World();
    const watcher = await watched(world);
    const nobody = await world.client('nobody').join('doc', 'n', 'anonymous');
    world.send(nobody, insertion('hello'));
    await settle();
    expect(told(watcher)).toEqual(['DocumentUpdated n']);
    expect([users(world), world.sessions.countActiveUsers(DOC)]).toEqual([[], 0]);
    world.collaboration.leaveDocument(nobody.member);
    await settle();
    expect(told(watcher)).toEqual(['DocumentUpdated n']);
  });

  it('[SES5] become named by a join, once', async () => {
    const world = new World();
    const watcher = await watched(world);
    const session = await world.client('alice').join('doc', 'a', 'anonymous');
    const { sessionId } = session.member.session;
    world.collaboration.identifySession(session.member, { userId: 'ada@example.org' });
    await settle();
    expect(told(watcher)).toEqual(['UserJoinedDocument a']);
    expect(session.member.session).toMatchObject({ sessionId, identity: 'named', userName: 'ada' });
    expect(world.sessions.countActiveUsers(DOC)).toBe(1);
    expect(() => world.collaboration.identifySession(session.member, { userId: 'eve' })).toThrow(
      expect.objectContaining({ kind: 'session-exists' }),
    );
    expect(() => world.collaboration.identifySession(watcher.member, { userId: '' })).toThrow(
      expect.objectContaining({ kind: 'invalid' }),
    );
    expect(watcher.member.session.identity).toBe('anonymous');
  });

  it('[SES5] become named by an awareness state with a user’s name, and follow its changes', async () => {
    const world = new World();
    const watcher = await watched(world);
    const session = await world.client('provider').join('doc', 'p', 'anonymous');
    show(world, session, { cursor: 1 });
    expect(session.member.session.identity).toBe('anonymous');
    show(world, session, { user: { name: '', color: '#fff' } }, 7, 2);
    expect(session.member.session.identity).toBe('anonymous');
    show(world, session, { user: { name: ' Ada ', color: '#fff' } }, 7, 3);
    await settle();
    expect(
      told(watcher)
        .filter((event) => event.startsWith('User'))
        .at(-2),
    ).toBe('UserJoinedDocument 7');
    expect(session.member.session).toMatchObject({ identity: 'named', userName: 'Ada', userColor: '#fff' });
    show(world, session, { user: { name: 'Ada L.', color: '#000' } }, 7, 4);
    expect(world.collaboration.getActiveUsers(DOC)).toMatchObject([{ userName: 'Ada L.', userColor: '#000' }]);
    expect(world.sessions.size).toBe(2);
    world.collaboration.disconnect(session.member.connection);
    await settle();
    expect(told(watcher).slice(-2)).toEqual(['UserAwarenessUpdated 7', 'UserLeftDocument 7']);
  });

  it('[SES5] [DOC19] awareness that is too large or damaged throws and changes nothing', async () => {
    const world = new World({ settings: { MAX_AWARENESS_BYTES: '1024' } });
    const session = await world.client('a').join();
    const large = JSON.stringify({ x: 'ü'.repeat(600) });
    const json = (awarenessState: string) => () =>
      world.collaboration.handleAwarenessUpdate(session.member, { kind: 'json', awarenessState, userInfo: '' });
    expect(json(large)).toThrow(expect.objectContaining({ kind: 'too-large' }));
    expect(() => show(world, session, { x: 'ü'.repeat(600) })).toThrow(expect.objectContaining({ kind: 'too-large' }));
    expect(json('[]')).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(session.member.room.presence.states).toEqual([]);
    expect(json('{"x":"ok"}')).not.toThrow();
  });
});

describe('silent sessions', () => {
  it('[SES2] are Offline past half of the timeout, Active again with any message', async () => {
    const world = new World();
    const [a, b] = [await world.client('a').join(), await world.client('b').join()];
    world.clock.advance(TIMEOUT / 2);
    world.collaboration.cleanupExpiredSessions(TIMEOUT);
    expect(users(world)).toEqual(['a', 'b']);
    world.clock.advance(1);
    world.collaboration.cleanupExpiredSessions(TIMEOUT);
    expect([users(world), a.member.session.status]).toEqual([[], 'Offline']);
    world.collaboration.handleHeartbeat(a.member);
    expect(users(world)).toEqual(['a']);
    world.send(b, insertion('x'));
    expect(users(world)).toEqual(['a', 'b']);
  });

  it.each([
    ['heartbeat', (world: World, { member }: FakeSession) => world.collaboration.handleHeartbeat(member)],
    ['update', (world: World, session: FakeSession) => world.send(session, insertion('x'))],
    ['awareness', (world: World, session: FakeSession) => show(world, session, { x: 1 })],
    ['sync', (world: World, { member }: FakeSession) => world.collaboration.getSyncData(member, new Uint8Array())],
    ['pong', (world: World, { member }: FakeSession) => world.collaboration.handleTransportAlive(member.connection)],
  ])('[SES2] [SES6] a %s keeps a session alive', async (_name, act) => {
    const world = new World();
    const session = await world.client('a').join();
    world.clock.advance(TIMEOUT * 0.9);
    void act(world, session);
    await settle();
    world.clock.advance(TIMEOUT * 0.9);
    expect(world.collaboration.cleanupExpiredSessions(TIMEOUT)).toBe(0);
    expect([session.ended, world.sessions.size]).toEqual([[], 1]);
    world.clock.advance(TIMEOUT);
    expect(world.collaboration.cleanupExpiredSessions(TIMEOUT)).toBe(1);
    expect([session.ended.length, world.sessions.size]).toEqual([1, 0]);
  });

  it('[SES2] past the timeout it is removed, told so, and the others are told', async () => {
    const world = new World();
    const watcher = await watched(world);
    const session = await world.client('a').join('doc', 'a');
    world.collaboration.handleAwarenessUpdate(session.member, { kind: 'json', awarenessState: '{}', userInfo: '' });
    await settle();
    watcher.delivered.length = 0;
    world.clock.advance(TIMEOUT + 1);
    world.collaboration.handleHeartbeat(watcher.member);
    expect(world.collaboration.cleanupExpiredSessions(TIMEOUT)).toBe(1);
    await settle();
    expect(told(watcher)).toEqual(['UserAwarenessUpdated a', 'UserLeftDocument a']);
    expect(session.ended.map(({ kind }) => kind)).toEqual(['not-found']);
    expect(world.events.map(({ eventType }) => eventType)).toContain('SessionExpired');
    expect([session.member.connection.sessionCount, users(world)]).toEqual([0, []]);
    expect(world.collaboration.cleanupExpiredSessions(TIMEOUT)).toBe(0);
    await world.client('a').join('doc', 'a');
  });
});

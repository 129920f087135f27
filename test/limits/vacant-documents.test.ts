import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { principalOf } from '../support/principals.ts';
import { insertion } from '../support/updates.ts';
import { settle, World } from '../support/world.ts';

const PRINCIPAL = principalOf();
const NOTHING = new Uint8Array();

function look(world: World, document: string) {
  return world.collaboration.peekSyncData(PRINCIPAL, DocumentId.parse(document), NOTHING);
}

describe('documents that nobody is in', () => {
  it('[LIM15] only so many are kept for those who only look', async () => {
    const world = new World({ settings: { MAX_VACANT_DOCUMENTS: '10' } });
    for (let at = 0; at < 100; at++) await look(world, `d${at}`);
    await settle();
    expect(world.rooms.size).toBe(10);
    expect(world.limits).toEqual(Array(90).fill('MAX_VACANT_DOCUMENTS'));
    expect(world.rooms.find(DocumentId.parse('d99'))).toBeDefined();
    expect(world.rooms.find(DocumentId.parse('d89'))).toBeUndefined();
  });

  it('[LIM15] those that somebody joins and leaves count, those that somebody is in do not', async () => {
    const world = new World({ settings: { MAX_VACANT_DOCUMENTS: '2' } });
    const client = world.client('alice');
    const stays = await Promise.all(['a', 'b', 'c'].map((document) => client.join(document)));
    for (let at = 0; at < 10; at++) world.collaboration.leaveDocument((await client.join(`d${at}`)).member);
    await settle();
    expect(world.rooms.size).toBe(5);
    for (const { member } of stays) expect(member.room.isOpen).toBe(true);
  });

  it('[LIM15] one that is not on disk yet is kept', async () => {
    const world = new World({ settings: { MAX_VACANT_DOCUMENTS: '1' } });
    const session = await world.client('alice').join('written');
    world.send(session, insertion('x'));
    world.collaboration.leaveDocument(session.member);
    await Promise.all(['a', 'b', 'c'].map((document) => look(world, document)));
    await settle();
    const sync = await look(world, 'written');
    expect(sync.update.byteLength).toBeGreaterThan(2);
    await settle();
    expect(await world.stored('written')).toHaveLength(1);
  });
});

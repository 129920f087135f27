import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { JsonClient } from '../support/json-client.ts';
import { aliceAndBob, type FakeSession, settle, World } from '../support/world.ts';
import { limitCount } from './support/limit-count.ts';
import { limitedServer } from './support/limited-server.ts';

const LIMIT = 4_096;
const SETTINGS = { MAX_DOCUMENT_BYTES: String(LIMIT) };

/** A client that edits, and what it makes. */
class Editor {
  readonly doc = new Y.Doc();
  readonly text = this.doc.getText('text');

  /** The update of one edit. */
  edit(change: (text: Y.Text) => void): Uint8Array {
    let made: Uint8Array = new Uint8Array();
    this.doc.once('update', (update: Uint8Array) => {
      made = update;
    });
    change(this.text);
    return made;
  }
}

async function scene() {
  const world = new World({ settings: SETTINGS });
  return { world, ...(await aliceAndBob(world)) };
}

async function write(world: World, session: FakeSession, ...updates: readonly Uint8Array[]): Promise<void> {
  world.send(session, ...updates);
  await settle();
}

async function contentOf(session: FakeSession): Promise<string> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, await session.member.room.missingUpdates(new Uint8Array([0])));
  return doc.getText('text').toString();
}

describe('the size of a document', () => {
  it('[LIM13] what takes it past the limit is refused with 413; it is read as before, and nothing of that is stored', async () => {
    const { world, alice, a, b } = await scene();
    const editor = new Editor();
    const fits = editor.edit((text) => text.insert(0, 'x'.repeat(3_000)));
    await write(
      world,
      a,
      fits,
      editor.edit((text) => text.insert(0, 'y'.repeat(3_000))),
    );
    expect(a.refused.map(({ kind }) => kind)).toEqual(['too-large']);
    expect(a.refused[0]?.failure.code).toBe(413);
    expect(alice.acknowledgedUpdates).toEqual([fits]);
    expect(b.updates).toHaveLength(1);
    expect(await contentOf(b)).toBe('x'.repeat(3_000));
    expect(await world.stored()).toHaveLength(1);
    expect(world.limits).toEqual(['MAX_DOCUMENT_BYTES']);
  });

  it('[LIM13] deleting goes on, and makes room', async () => {
    const { world, a } = await scene();
    const editor = new Editor();
    await write(
      world,
      a,
      editor.edit((text) => text.insert(0, 'x'.repeat(4_000))),
    );
    const other = new Editor();
    const more = other.edit((text) => text.insert(0, 'z'.repeat(1_000)));
    await write(world, a, more);
    expect(a.refused).toHaveLength(1);
    await write(
      world,
      a,
      editor.edit((text) => text.delete(0, 3_500)),
    );
    expect(a.refused).toHaveLength(1);
    world.clock.advance(10_000);
    await write(world, a, more);
    expect(a.refused).toHaveLength(1);
    expect(await contentOf(a)).toHaveLength(1_500);
  });

  it('[LIM13] its history does not count: what is overwritten is not there any more', async () => {
    const { world, alice, a } = await scene();
    const doc = new Y.Doc();
    for (let at = 0; at < 50; at++) {
      doc.once('update', (update: Uint8Array) => world.send(a, update));
      doc.getMap('m').set('k', `${at}${'x'.repeat(1_000)}`);
      await settle();
      world.clock.advance(100);
    }
    expect(a.refused).toEqual([]);
    expect(alice.acknowledged).toHaveLength(50);
  });

  it('[LIM13] what it has already is acknowledged, also when it is full', async () => {
    const { world, alice, a } = await scene();
    const full = new Editor().edit((text) => text.insert(0, 'x'.repeat(4_050)));
    const other = new Editor().edit((text) => text.insert(0, 'y'.repeat(100)));
    for (const update of [full, other, full]) await write(world, a, update);
    expect(a.refused).toHaveLength(1);
    expect(alice.acknowledgedUpdates).toEqual([full, full]);
  });

  it('[LIM13] a full document is not measured again for everything that it refuses', async () => {
    const { world, a } = await scene();
    await write(
      world,
      a,
      new Editor().edit((text) => text.insert(0, 'x'.repeat(4_000))),
    );
    let measured = 0;
    const { document } = a.member.room;
    const folding = document.folding.bind(document);
    document.folding = () => {
      measured++;
      return folding();
    };
    for (let at = 0; at < 20; at++)
      await write(
        world,
        a,
        new Editor().edit((text) => text.insert(0, 'y'.repeat(200))),
      );
    expect(a.refused).toHaveLength(20);
    expect(measured).toBe(1);
  });

  it('[LIM13] clients are told, and go on', async () => {
    const server = await limitedServer(SETTINGS);
    const client = await JsonClient.open(server.wsUrl);
    await client.sync('d');
    const editor = new Editor();
    await client.write(
      'd',
      editor.edit((text) => text.insert(0, 'x'.repeat(4_000))),
    );
    client.update(
      'd',
      new Editor().edit((text) => text.insert(0, 'y'.repeat(1_000))),
    );
    expect(await client.nextFault()).toEqual({ code: 413, error_type: 'INVALID_UPDATE' });
    await client.write(
      'd',
      editor.edit((text) => text.delete(0, 10)),
    );
    expect(await limitCount(server, 'MAX_DOCUMENT_BYTES')).toBe(1);
  });
});

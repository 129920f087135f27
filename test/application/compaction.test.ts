import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { DocumentWorker } from '../../src/application/ports/document-worker.ts';
import type { LogRecord } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { type FakeSession, settle, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');

/** Merges when the test says so. */
class FakeCompactor implements DocumentWorker {
  readonly asked: (readonly Uint8Array[])[] = [];
  readonly #waiting: { succeed(): void; fail(cause: Error): void }[] = [];

  merge(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    this.asked.push(updates);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ succeed: () => resolve(Y.mergeUpdates([...updates])), fail: reject });
    });
  }

  diff(): Promise<Uint8Array> {
    return Promise.reject(new Error('Nobody asks here'));
  }

  async succeed(): Promise<void> {
    this.#waiting.shift()?.succeed();
    await settle();
  }

  async fail(): Promise<void> {
    this.#waiting.shift()?.fail(new Error('The thread died'));
    await settle();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Each append waits until the test lets it. */
class HeldLog extends MemoryUpdateLog {
  readonly #held: (() => void)[] = [];

  override async append(records: readonly LogRecord[]): Promise<void> {
    await new Promise<void>((resolve) => this.#held.push(resolve));
    await super.append(records);
  }

  letOne(): void {
    this.#held.shift()?.();
  }
}

/** Without other settings, every document is too large to be folded without the compactor. */
async function scene(settings: Readonly<Record<string, string>> = {}) {
  const compactor = new FakeCompactor();
  const world = new World({
    compactor,
    settings: { COMPACT_AFTER_UPDATES: '3', COMPACT_INLINE_BYTES: '0', ...settings },
  });
  const session = await world.client('alice').join();
  const send = async (...updates: Uint8Array[]) => {
    world.send(session, ...updates);
    await settle();
  };
  return { world, compactor, session, send };
}

const tail = async (world: World) => {
  const stored = await world.store.load(DOC);
  return { updates: stored?.tail.length, snapshot: stored?.snapshot?.sequence };
};

describe('Compactions', () => {
  it('[ROOM11] folds updates into a snapshot when there are as many as allowed, not before', async () => {
    const { world, compactor, send, session } = await scene();
    const updates = insertions('a', 'b', 'c', 'd');
    await send(updates[0]!);
    await send(updates[1]!);
    expect(compactor.asked).toEqual([]);
    await send(updates[2]!);
    expect(compactor.asked).toEqual([updates.slice(0, 3)]);
    await send(updates[3]!);
    expect(session.ended).toEqual([]);
    await compactor.succeed();
    expect(await tail(world)).toEqual({ updates: 1, snapshot: 3 });
    expect(textOf(...(await world.stored()))).toBe('abcd');
  });

  it('[ROOM11] counts on from what came in meanwhile: no second one until there are many again', async () => {
    const { world, compactor, send } = await scene();
    const updates = insertions('a', 'b', 'c', 'd', 'e', 'f');
    for (const update of updates.slice(0, 5)) await send(update);
    expect(compactor.asked).toHaveLength(1);
    await compactor.succeed();
    expect(compactor.asked).toHaveLength(1);
    expect(await tail(world)).toEqual({ updates: 2, snapshot: 3 });
    await send(updates[5]!);
    expect(compactor.asked).toHaveLength(2);
    await compactor.succeed();
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 6 });
  });

  it('[ROOM11] a small open document is folded as it is, without the compactor', async () => {
    const { world, compactor, send, session } = await scene({ COMPACT_INLINE_BYTES: '1000' });
    const updates = insertions('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await send(...updates.slice(0, 4));
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 4 });
    expect(textOf(...(await world.stored()))).toBe('abcd');
    await send(updates[4]!);
    expect(await tail(world)).toEqual({ updates: 1, snapshot: 4 });
    await send(updates[5]!, updates[6]!);
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 7 });
    expect(textOf(...(await world.stored()))).toBe('abcdefg');
    expect([compactor.asked, session.ended]).toEqual([[], []]);
  });

  it('[ROOM11] [ROOM1] a snapshot is not stored before all that it holds is durable', async () => {
    const store = new HeldLog();
    const world = new World({ store, settings: { COMPACT_AFTER_UPDATES: '3', COMMIT_WINDOW_MS: '0' } });
    const session = await world.client('alice').join();
    const updates = insertions('a', 'b', 'c', 'd');
    world.send(session, ...updates.slice(0, 3));
    await settle();
    world.send(session, updates[3]!);
    await settle();
    store.letOne();
    await settle();
    // The fourth update is integrated, in the snapshot, and on its way to the disk.
    expect(world.log.calls('compact')).toBe(0);
    store.letOne();
    await settle();
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 4 });
    expect(textOf(...(await world.stored()))).toBe('abcd');
  });

  it('[ROOM11] folds when the bytes are many, however few the updates', async () => {
    const { compactor, send } = await scene({ COMPACT_AFTER_UPDATES: '100', COMPACT_AFTER_BYTES: '1024' });
    await send(insertion('x'.repeat(500)));
    expect(compactor.asked).toEqual([]);
    await send(insertion('x'.repeat(600)));
    expect(compactor.asked).toHaveLength(1);
  });

  it('[ROOM11] a few small updates do not rewrite a large snapshot', async () => {
    const { compactor, send } = await scene({ COMPACT_AFTER_BYTES: '1024' });
    await send(insertion('x'.repeat(2_000)));
    await compactor.succeed();
    for (let at = 0; at < 4; at++) await send(insertion(`${at}`));
    expect(compactor.asked).toHaveLength(1);
    await send(insertion('y'.repeat(300)));
    expect(compactor.asked).toHaveLength(2);
  });

  it('[ROOM11] what is behind the snapshot counts from when the document is opened, and is folded with the next update', async () => {
    const first = await scene({ COMPACT_AFTER_UPDATES: '100' });
    await first.send(...insertions('a', 'b', 'c'));
    const compactor = new FakeCompactor();
    const settings = { COMPACT_AFTER_UPDATES: '3', COMPACT_INLINE_BYTES: '0' };
    const world = new World({ compactor, store: first.world.store, settings });
    const session = await world.client('bob').join();
    await settle();
    expect(compactor.asked).toEqual([]);
    world.send(session, insertion('d'));
    await settle();
    expect(compactor.asked).toHaveLength(1);
  });

  it('[ROOM11] one that fails leaves the document as it was, and is not repeated with the next update', async () => {
    const { world, compactor, send, session } = await scene();
    await send(...insertions('a', 'b', 'c'));
    await compactor.fail();
    expect(await tail(world)).toEqual({ updates: 3, snapshot: undefined });
    expect(world.logs.filter(({ level }) => level === 'error')).toHaveLength(1);
    await send(insertion('x'));
    await send(insertion('y'));
    expect([compactor.asked.length, session.ended.length]).toEqual([1, 0]);
    await send(insertion('z'));
    expect(compactor.asked).toHaveLength(2);
    await compactor.succeed();
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 6 });
    await send(...insertions('a', 'b', 'c'));
    expect(compactor.asked).toHaveLength(3);
  });

  it('[ROOM11] [LOG9] a snapshot that cannot be stored leaves the document as it was', async () => {
    const { world, compactor, send } = await scene();
    world.log.sabotage({ method: 'compact', nth: 1 });
    await send(...insertions('a', 'b', 'c'));
    await compactor.succeed();
    expect(await tail(world)).toEqual({ updates: 3, snapshot: undefined });
    await send(...insertions('d', 'e', 'f'));
    await compactor.succeed();
    expect(await tail(world)).toEqual({ updates: 0, snapshot: 6 });
  });

  it('[ROOM11] [LOG9] one that nobody edits is read from its log; where that fails, it stays as it was', async () => {
    const first = await scene({ COMPACT_AFTER_UPDATES: '100' });
    await first.send(...insertions('a', 'b', 'c'));
    const compactor = new FakeCompactor();
    const settings = { COMPACT_AFTER_UPDATES: '100', COMPACT_IDLE_AFTER_UPDATES: '3', RELEASE_UNREAD_MS: '1000' };
    const world = new World({ compactor, store: first.world.store, settings });
    const session = await world.client('bob').join();
    // The first one is the opening.
    world.log.sabotage({ method: 'load', nth: 1 });
    const idle = async () => {
      world.clock.advance(1_000);
      world.rooms.maintain(3_600_000);
      await settle();
    };
    await idle();
    expect([compactor.asked, await tail(world)]).toEqual([[], { updates: 3, snapshot: undefined }]);
    world.send(session, ...insertions('d', 'e', 'f'));
    await settle();
    expect(session.ended).toEqual([]);
    expect(textOf(...(await world.stored()))).toHaveLength(6);
  });

  it.each([
    ['on', { updates: 0, snapshot: 6 }],
    ['off', { updates: 6, snapshot: undefined }],
  ])(
    '[RET6] nothing is ever folded, neither in use nor when nobody uses it any more, unless it is %s',
    async (COMPACT_DOCUMENTS, stored) => {
      const inline = { COMPACT_INLINE_BYTES: '100000', RELEASE_UNREAD_MS: '1000', COMPACT_IDLE_AFTER_UPDATES: '1' };
      const { world, session, send } = await scene({ ...inline, COMPACT_DOCUMENTS });
      for (const update of insertions('a', 'b', 'c', 'd', 'e', 'f')) await send(update);
      world.collaboration.leaveDocument(session.member);
      world.clock.advance(1_000);
      world.rooms.maintain(3_600_000);
      await settle();
      expect(await tail(world)).toEqual(stored);
    },
  );

  it('[ROOM11] folds fewer when the document is let go of: that costs nobody time', async () => {
    const { world, compactor, send, session } = await scene({
      COMPACT_AFTER_UPDATES: '100',
      COMPACT_IDLE_AFTER_UPDATES: '3',
    });
    await send(...insertions('a', 'b', 'c'));
    expect(compactor.asked).toEqual([]);
    world.collaboration.leaveDocument(session.member);
    world.clock.advance(60_000);
    world.rooms.maintain(1_000);
    await settle();
    expect(compactor.asked).toHaveLength(1);
  });

  it('[ROOM11] one document at a time', async () => {
    const { world, compactor, send } = await scene();
    const other: FakeSession = await world.client('bob').join('other');
    await send(...insertions('a', 'b', 'c'));
    world.send(other, ...insertions('d', 'e', 'f'));
    await settle();
    expect(compactor.asked).toHaveLength(1);
    await compactor.succeed();
    expect(compactor.asked).toHaveLength(2);
  });

  it('[ROOM13] closing waits for the one that runs and starts no other', async () => {
    const { world, compactor, send } = await scene();
    const other: FakeSession = await world.client('bob').join('other');
    await send(...insertions('a', 'b', 'c'));
    world.send(other, ...insertions('d', 'e', 'f'));
    await settle();
    const stopped = world.storage.stop();
    await settle();
    expect(world.log.calls('close')).toBe(0);
    await compactor.succeed();
    await stopped;
    expect([compactor.asked.length, world.log.calls('close')]).toEqual([1, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { randomFrom } from '../codecs/random-updates.ts';
import type { FaultMoment, LogMethod } from '../contracts/saboteur.ts';
import { poisonFor } from '../support/poison.ts';
import { insertion } from '../support/updates.ts';
import { type FakeClient, type FakeSession, settle, World } from '../support/world.ts';

const DOCUMENTS = ['one', 'two'] as const;
const { bait, accepted: POISON } = poisonFor(Y.encodeStateAsUpdate(new Y.Doc()), 20);

/** `once`: the store is well again with the next try. `for good`: it fails until it is given up, and longer. */
type Outage = 'once' | 'for good';

interface Fault {
  readonly method: LogMethod;
  readonly moment: FaultMoment;
  readonly outage: Outage;
}

interface Editor {
  readonly client: FakeClient;
  readonly doc: Y.Doc;
  readonly sessions: Map<string, FakeSession>;
}

/** Joins, and joins again where the server has ended the session; a failing server is no fault of the script. */
async function sessionOf(editor: Editor, document: string): Promise<FakeSession | undefined> {
  const session = editor.sessions.get(document);
  if (session !== undefined && session.ended.length === 0) return session;
  if (session !== undefined) editor.client.connection.remove(session.member);
  try {
    const joined = await editor.client.join(document);
    editor.sessions.set(document, joined);
    return joined;
  } catch {
    return undefined;
  }
}

/** The same edits each time: of two editors, in two documents, with gaps, repeats and poison, over many commits. */
async function script(world: World): Promise<readonly FakeClient[]> {
  const random = randomFrom(7);
  const editors: Editor[] = ['alice', 'bob'].map((name, at) => {
    const doc = new Y.Doc();
    doc.clientID = at + 1;
    return { client: world.client(name), doc, sessions: new Map() };
  });
  for (let step = 0; step < 24; step++) {
    const editor = editors[random(2)]!;
    const document = DOCUMENTS[random(2)]!;
    const session = await sessionOf(editor, document);
    if (session === undefined) continue;
    const updates = [insertion(`${document} ${step}`, 100 + step)];
    if (step === 3) updates.unshift(bait);
    if (random(4) === 0) updates.push(updates[0]!);
    if (step > 3 && random(4) === 0) updates.push(POISON[random(POISON.length)]!);
    world.send(session, ...updates);
    if (random(2) === 0) await settle();
    if (random(3) === 0) world.clock.advance(200);
    if (random(6) === 0) world.collaboration.cleanupExpiredSessions(60_000);
  }
  for (let round = 0; round < 4; round++) {
    await settle();
    world.clock.advance(10_000);
    world.rooms.maintain(3_600_000);
  }
  await settle();
  return editors.map(({ client }) => client);
}

/** @returns how often the method was called in this run */
async function run({ method, moment, outage }: Fault, nth: number): Promise<number> {
  const world = new World({ settings: { STORE_RETRY_MS: '150', GAP_TIMEOUT_MS: '1000' } });
  const last = outage === 'once' ? nth : nth + 12;
  for (let call = nth; call <= last; call++) world.log.sabotage({ method, nth: call, moment });
  const clients = await script(world);
  const calls = world.log.calls(method);
  world.log.heal();

  const again = new World({ store: world.store });
  for (const document of DOCUMENTS) {
    const { room } = (await again.client('late').join(document)).member;
    const loaded = new Y.Doc();
    Y.applyUpdate(loaded, room.document.documentData);
    const before = Y.encodeStateAsUpdate(loaded);
    const acknowledged = clients.flatMap((client) =>
      client.acknowledged.filter((each) => each.documentId === document),
    );
    for (const { update, sequence } of acknowledged) {
      Y.applyUpdate(loaded, update);
      expect(sequence).toBeLessThanOrEqual(room.sequence);
    }
    // All of it was there: nothing acknowledged added anything.
    expect(Y.encodeStateAsUpdate(loaded)).toEqual(before);
  }
  for (const { connection } of clients) expect(connection.acknowledgements.pending).toBe(0);
  return calls;
}

const FAULTS: readonly Fault[] = (['append', 'load'] as const).flatMap((method) =>
  (['before', 'after'] as const).flatMap((moment) =>
    (['once', 'for good'] as const).map((outage) => ({ method, moment, outage })),
  ),
);

describe('a store that fails at any moment', () => {
  it.each(FAULTS)(
    '[ROOM1] [ROOM9] what was acknowledged is there when $method fails $moment it takes effect, $outage',
    async (fault) => {
      let nth = 1;
      while ((await run(fault, nth)) >= nth) nth++;
      expect(nth).toBeGreaterThan(3);
    },
  );
});

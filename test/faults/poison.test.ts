import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { atEnd } from '../support/clean-up.ts';
import type { Refusal } from '../support/doors/door.ts';
import { DOOR_NAMES, type DoorName } from '../support/doors/doors.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { Attacker, DOCUMENT, Editor, openWitnesses, sorted, type Witness } from './poison-people.ts';
import { baseDocument, detonator, type Poison, poisons } from './poison-updates.ts';

const BASE = baseDocument();
const POISONS = poisons(BASE, 320, 1);
/** Those that only show when they are integrated. */
const HIDDEN = POISONS.filter(passesScan);

let dataDirectory: string;
let server: RunningServer;
/** Every honest update, in the order in which they were acknowledged. */
let honest: Uint8Array[];

beforeEach(async () => {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  dataDirectory = directory.path;
  honest = [];
  server = await start();
  const first = await Editor.open(server, honest, 'JSON');
  await first.send(BASE);
  first.close();
});

describe('poisoned updates', { timeout: 60_000 }, () => {
  it('[ROOM4] are at least 200, all different', () => {
    expect(new Set(POISONS.map(({ update }) => Buffer.from(update).toString('hex'))).size).toBe(POISONS.length);
    expect(POISONS.filter(({ kind }) => kind === 'poisoned').length).toBeGreaterThanOrEqual(200);
    expect(HIDDEN.length).toBeGreaterThanOrEqual(150);
  });

  it.each(DOOR_NAMES)('[ROOM4] one after the other through %s are refused and leave no trace', async (door) => {
    const witnesses = await openWitnesses(server);
    const [a, b] = [await Editor.open(server, honest, 'y-websocket'), await Editor.open(server, honest, 'gRPC')];
    let attacker = await Attacker.open(server, door);
    for (const [at, poison] of POISONS.entries()) {
      attacker.client.send(poison.update);
      expectContract(door, await attacker.refusal(0), poison);
      if (door === 'y-websocket' && !passesScan(poison)) {
        expect(await attacker.client.closed).toBe(4400);
        attacker = await Attacker.open(server, door);
      }
      expect(attacker).toMatchObject({ acknowledged: 0 });
      attacker.refusals.length = 0;
      if (at % 10 === 0) await (at % 20 === 0 ? a : b).type(`after ${at}, `);
    }
    await expectOnlyHonest(witnesses, [a, b]);
  });

  it('[ROOM3] [ROOM4] all at once through every door do not disturb two people who type', async () => {
    const witnesses = await openWitnesses(server);
    const [a, b] = [await Editor.open(server, honest, 'JSON'), await Editor.open(server, honest, 'y-websocket')];
    const attackers = await Promise.all(DOOR_NAMES.map((door) => Attacker.open(server, door)));
    for (const { client } of attackers) for (const { update } of HIDDEN) client.send(update);
    let state: 'attacked' | 'over' = 'attacked';
    const over = Promise.all(attackers.map((attacker) => attacker.refusal(HIDDEN.length - 1))).then(() => {
      state = 'over';
    });
    const type = async (editor: Editor) => {
      for (let edit = 0; state === 'attacked' || edit < 10; edit++) await editor.type(`${edit} `);
    };
    await Promise.all([over, type(a), type(b)]);
    for (const attacker of attackers) {
      expect(attacker).toMatchObject({ acknowledged: 0, refusals: { length: HIDDEN.length } });
    }
    await expectOnlyHonest(witnesses, [a, b]);
  });

  it('[ROOM5] [ROOM4] with a gap are refused to their senders when an honest update closes it', async () => {
    const witnesses = await openWitnesses(server);
    const [a, b] = [await Editor.open(server, honest, 'gRPC'), await Editor.open(server, honest, 'JSON')];
    const attackers = await Promise.all(DOOR_NAMES.map((door) => Attacker.open(server, door)));
    for (let round = 0; round < 20; round++) {
      const victim = round % 2 === 0 ? a : b;
      for (const [at, { client }] of attackers.entries()) {
        client.send(detonator([victim.doc.clientID, victim.clock + at], round * 3 + at));
      }
      await attackers[0]?.question(round);
      await victim.type('what was missing');
      for (const attacker of attackers)
        expect((await attacker.refusal(round)).message).toMatch(/does not integrate|was not saved/);
    }
    for (const attacker of attackers) expect(attacker).toMatchObject({ acknowledged: 0, refusals: { length: 20 } });
    await expectOnlyHonest(witnesses, [a, b]);
  });
});

function start(): Promise<RunningServer> {
  const started = startServer({ STORE_URL: '', DATA_DIR: dataDirectory, COMPACT_AFTER_UPDATES: '1000000' });
  atEnd(async () => (await started).stop());
  return started;
}

function passesScan({ update }: Poison): boolean {
  try {
    scanUpdate(update);
    return true;
  } catch {
    return false;
  }
}

function expectContract(door: DoorName, refusal: Refusal, { name }: Poison): void {
  const answer = door === 'y-websocket' || door === 'Hocuspocus' ? {} : { code: 400, type: 'INVALID_UPDATE' };
  expect(refusal, name).toMatchObject(answer);
}

/** Nobody but honest people was heard, live, by newcomers, in the log, and after a restart. */
async function expectOnlyHonest(witnesses: readonly Witness[], editors: readonly Editor[]): Promise<void> {
  for (const editor of editors) {
    await editor.type('the end');
    expect(editor.refusals).toEqual([]);
  }
  for (const witness of witnesses) expect(await witness.heard(honest.length - 1)).toEqual(sorted(honest.slice(1)));
  const expected = new Y.Doc();
  for (const update of honest) Y.applyUpdate(expected, update);
  await expectNewcomersSee(expected);
  await server.stop();
  const log = await EmbeddedUpdateLog.open(dataDirectory);
  const stored = await log.load(DocumentId.parse(DOCUMENT));
  await log.close();
  expect(sorted(stored?.tail ?? [])).toEqual(sorted(honest));
  server = await start();
  await expectNewcomersSee(expected);
}

async function expectNewcomersSee(expected: Y.Doc): Promise<void> {
  for (const door of DOOR_NAMES) {
    const newcomer = await Editor.open(server, honest, door);
    expect(Y.equalSnapshots(Y.snapshot(newcomer.doc), Y.snapshot(expected))).toBe(true);
    expect(contentOf(newcomer.doc)).toEqual(contentOf(expected));
    await newcomer.type('I can write');
    Y.applyUpdate(expected, honest.at(-1) ?? new Uint8Array());
    newcomer.close();
  }
}

function contentOf(doc: Y.Doc): unknown {
  const xml = doc.getXmlFragment('xml').toString();
  return [doc.getText('text').toString(), doc.getArray('array').toJSON(), doc.getMap('map').toJSON(), xml];
}

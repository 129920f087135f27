import { DocumentManager } from '@y-sweet/sdk';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GatedLog } from '../../grpc/support/gated-log.ts';
import { atEnd } from '../../support/clean-up.ts';
import { JsonClient } from '../../support/json-client.ts';
import { everybodyMay } from '../../support/principals.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { insertion, textOf } from '../../support/updates.ts';
import { YSweetEditor } from '../../support/y-sweet-editor.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const managerOf = ({ httpUrl }: RunningServer) => new DocumentManager(httpUrl.replace('http:', 'ys:'));

function editor(server: RunningServer, docId: string): YSweetEditor {
  return new YSweetEditor(docId, () => managerOf(server).getOrCreateDocAndToken(docId));
}

describe('the y-sweet client', () => {
  it.each(['notes', 'team/notes ü', 'a b/ws/c'])('[SWEET1] works with the document %j', async (name) => {
    const server = await start();
    const [ann, bob] = [editor(server, name), editor(server, name)];
    await ann.connected();
    await bob.connected();
    ann.append('Hello');
    await bob.hasText('Hello');
    bob.append(' world');
    await ann.hasText('Hello world');
    await ann.saved();
    await bob.saved();
    const json = await JsonClient.open(server.wsUrl);
    expect(textOf((await json.sync(name)).update)).toBe('Hello world');
  });

  it('[SWEET2] has unsaved changes until they are durable', async () => {
    const log = new GatedLog();
    const server = await start({}, { log });
    const ann = editor(server, 'd');
    await ann.connected();
    await ann.saved();
    log.shutGate('append');
    ann.append('one');
    await log.reached('append');
    const bob = await JsonClient.open(server.wsUrl);
    expect(textOf((await bob.sync('d')).update)).toBe('one');
    expect(ann.provider.hasLocalChanges).toBe(true);
    log.openGate('append');
    await ann.saved();
  });

  it('[SWEET3] has unsaved changes until those that it made offline are durable', async () => {
    const log = new GatedLog();
    const server = await start({}, { log });
    const ann = editor(server, 'd');
    await ann.connected();
    await ann.saved();
    log.shutGate('append');
    // It comes back by itself.
    ann.provider.disconnect();
    ann.append('offline');
    await log.reached('append');
    const bob = await JsonClient.open(server.wsUrl);
    expect(textOf((await bob.sync('d')).update)).toBe('offline');
    expect(ann.provider.hasLocalChanges).toBe(true);
    log.openGate('append');
    await ann.saved();
  });

  it('[SWEET4] keeps its changes unsaved where it may only read', async () => {
    const server = await start({}, { authenticator: everybodyMay('read') });
    const ann = editor(server, 'd');
    await ann.connected();
    await ann.saved();
    ann.append('not for me');
    ann.provider.awareness.setLocalState({ user: { name: 'Ann' } });
    const bob = editor(server, 'd');
    await bob.until('the state of Ann', () => bob.provider.awareness.getStates().size > 1);
    expect(ann.provider.hasLocalChanges).toBe(true);
    expect(bob.text).toBe('');
  });
});

describe('the y-sweet SDK', () => {
  it('[SWEET5] makes, reads and writes documents', async () => {
    const server = await start();
    const manager = managerOf(server);
    const { docId } = await manager.createDoc();
    expect(docId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await manager.createDoc('mine')).toEqual({ docId: 'mine' });
    expect(textOf(await manager.getDocAsUpdate('mine'))).toBe('');
    await manager.updateDoc('mine', insertion('written'));
    expect(textOf(await manager.getDocAsUpdate('mine'))).toBe('written');
    const { docId: copy } = await manager.createDocWithContent(await manager.getDocAsUpdate('mine'));
    const doc = new Y.Doc();
    Y.applyUpdate(doc, await manager.getDocAsUpdate(copy));
    expect(doc.getText('t').toString()).toBe('written');
  });
});

import { describe, expect, it } from 'vitest';
import { atEnd } from '../../support/clean-up.ts';
import { HOCUSPOCUS_MAJORS, HocuspocusEditor, hocuspocusSocket } from '../../support/hocuspocus-editor.ts';
import { JsonClient } from '../../support/json-client.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { textOf } from '../../support/updates.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

describe.each(HOCUSPOCUS_MAJORS)('Hocuspocus provider %s', (major) => {
  it('[HOC1] syncs, converges with another one, and sees its state', async () => {
    const { wsUrl } = await start();
    const ann = HocuspocusEditor.alone(major, wsUrl, 'team/notes ü');
    const bob = HocuspocusEditor.alone(major, wsUrl, 'team/notes ü');
    await ann.saved();
    await bob.saved();
    ann.append('Hello');
    await bob.hasText('Hello');
    bob.append(' world');
    await ann.hasText('Hello world');
    await ann.saved();
    ann.provider.awareness.setLocalState({ user: { name: 'Ann' } });
    const sees = () =>
      [...bob.provider.awareness.getStates().values()].some(({ user }) => (user as { name?: string })?.name === 'Ann');
    await bob.until('the state of Ann', sees);
    ann.destroy();
    await bob.until('no state of Ann', () => !sees());
  });
});

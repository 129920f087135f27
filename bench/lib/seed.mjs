import { pace, until } from './pace.mjs';
import { Progress } from './updates.mjs';

const WINDOW = 20;

/** @param {Progress} progress */
const contentOf = ({ clocks, deleted }) => clocks.reduce((sum, clock) => sum + clock, deleted);

/**
 * Writes updates one after another, at most twenty of them not yet acknowledged, and waits for the last acknowledgement.
 * @param {import('./client.mjs').Client} client has joined, has what the updates build on, and was made with as many writers as they have
 * @param {Uint8Array[]} updates
 * @param {{ seconds?: number, perSecond?: number }} [options] how long to wait for an acknowledgement; `perSecond` writes at
 *   a steady rate instead, whatever is acknowledged
 */
export async function writeAll(client, updates, { seconds = 90, perSecond } = {}) {
  // What the client must have got back after each: servers may merge their echoes, so content is compared.
  const { progress } = client;
  // Its answer to the server's Step1 is acknowledged too, by those that send a status.
  if (client.server.acknowledges === 'status') await until(seconds, () => client.saved > 0, 'the first status');
  const { saved } = client;
  const sent = new Progress(progress.clocks.length);
  sent.clocks.set(progress.clocks);
  sent.deleted = progress.deleted;
  const after = updates.map((update) => {
    sent.read(update, 0);
    return contentOf(sent);
  });
  const acknowledged = (index) =>
    client.server.acknowledges === 'status' ? client.saved > saved + index : contentOf(progress) >= after[index];
  if (perSecond !== undefined) await pace(perSecond, updates.length, (i) => client.sendUpdate(updates[i]));
  for (let i = 0; perSecond === undefined && i < updates.length; i++) {
    if (i >= WINDOW) await until(seconds, () => client.isClosed || acknowledged(i - WINDOW), `update ${i - WINDOW}`);
    if (client.isClosed) throw new Error('the server closed the writer');
    client.sendUpdate(updates[i]);
  }
  await until(seconds, () => acknowledged(updates.length - 1), 'the last acknowledgement');
}

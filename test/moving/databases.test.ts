import { expect, it } from 'vitest';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { id } from '../contracts/log-records.ts';
import { ALL_DATABASES, describeEach, startDatabase } from '../stores/support/databases.ts';
import { atEnd } from '../support/clean-up.ts';
import { textOf } from '../support/updates.ts';
import { freshPath, history, NAMES, stored } from './support/moving-scene.ts';
import { program } from './support/program.ts';

describeEach(ALL_DATABASES, 'the commands with a database', (name) => {
  it('[MOVE13] copy into it and out of it again, check and delete', async () => {
    const service = await startDatabase(name);
    atEnd(() => service.stop());
    const [data, back] = [freshPath('data'), freshPath('back')];
    const filled = await EmbeddedUpdateLog.open(data);
    for (const each of NAMES) {
      const updates = history(each);
      await filled.append([{ documentId: id(each), firstSequence: 1, updates, timestamp: 7 }]);
    }
    await filled.close();
    const environment = { STORE_DURABILITY: 'database', STORE_URL: service.url };
    const all = expect.stringMatching(new RegExp(`^${NAMES.length} documents written, 0 merged`, 'm'));
    const into = await program(['copy', '--from', data, '--to', service.url], environment);
    expect([into.code, into.stderr]).toEqual([0, all]);
    const check = await program(['check', '--json'], environment);
    expect(JSON.parse(check.stdout.toString())).toEqual({ documents: NAMES.length, damaged: 0 });
    const outOf = await program(['copy', '--from', service.url, '--to', back], environment);
    expect([outOf.code, outOf.stderr]).toEqual([0, all]);
    const deleted = await program(['delete', NAMES[0] ?? ''], environment);
    expect(deleted.code).toBe(0);
    const left = await program(['check', '--json'], environment);
    expect(JSON.parse(left.stdout.toString())).toEqual({ documents: NAMES.length - 1, damaged: 0 });
    const log = await EmbeddedUpdateLog.open(back);
    for (const each of NAMES) expect(textOf(...(await stored(log, each)))).toBe(each);
    await log.close();
  }, 60_000);
});

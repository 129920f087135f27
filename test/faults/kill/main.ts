import { parseArgs } from 'node:util';
import { describeFigures } from './figures.ts';
import { runKillTest } from './run-kill-test.ts';

const HELP = `npm run test:kill -- [--rounds 20] [--seed <number>] [--store-url <url>] [--lie]

Kills a server under load and counts acknowledged updates that are gone. Ends with 1 when one is, or anything else is
wrong. --store-url is a database with nothing of the server in it, in the place of the embedded store. --lie counts an update
as acknowledged when it was sent: the test must then fail.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'store-url': { type: 'string', default: '' },
    lie: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const believeIn = values.lie ? 'sending' : 'acknowledgements';
  console.log(`seed ${values.seed}`);
  const figures = await runKillTest({
    rounds: Number(values.rounds),
    seed: Number(values.seed),
    believeIn,
    environment: { STORE_URL: values['store-url'] },
    report: console.log,
  });
  console.log(describeFigures(figures));
  process.exitCode = figures.lost === 0 && figures.problems.length === 0 ? 0 : 1;
}

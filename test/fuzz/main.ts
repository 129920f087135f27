import { parseArgs } from 'node:util';
import { keep } from './finding.ts';
import { type Part, runFuzz } from './run-fuzz.ts';

const HELP = `npm run test:fuzz -- [--minutes 3] [--seed <number>] [--only codecs,documents,doors]

Reads, integrates and sends damaged and crafted frames. What must not be is kept in test/fuzz/vectors, which the tests
replay, and ends the run with 1.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: 'codecs,documents,doors' },
    help: { type: 'boolean', default: false },
  },
});

const isPart = (name: string): name is Part => name === 'codecs' || name === 'documents' || name === 'doors';
const names = values.only.split(',');
const parts = names.filter(isPart);

if (values.help || parts.length < names.length || !(Number(values.minutes) > 0)) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  console.log(`seed ${values.seed}`);
  const figures = await runFuzz({
    parts,
    milliseconds: Number(values.minutes) * 60_000,
    seed: Number(values.seed),
    found: (finding) => console.error(`${finding.message.slice(0, 2_000)}\n  kept as ${keep(finding)}`),
  });
  const { codecs, documents, doors, findings } = figures;
  console.log(`${codecs} frames read, ${documents} updates integrated, ${doors} frames sent: ${findings} findings`);
  process.exitCode = findings === 0 ? 0 : 1;
}

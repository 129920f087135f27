import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `npm run bench -- [options]

  --rounds <n>         each round runs every scenario against every server, in turn (default 3, 1 with --quick; at most 20)
  --only <a,b>         scenarios by id or the beginning of it, e.g. fanout,ingest
  --servers <a,b>      servers likewise (default: all that are there)
  --quick              short runs: to see that it works, not for figures to quote
  --json <file>        every figure of every run
  --from <file>        measures nothing: reports, checks, writes and draws what --json wrote before
  --picture <file>     the results as a chart (.svg)
  --write              results and machine into bench/RESULTS.md
  --profile <folder>   a CPU profile of every server run (.cpuprofile) into an existing folder; slows the server down
  --check              what became of the targets; exit code 2 where one is missed or was not measured
  --list               the scenarios and servers
`;

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {string[]} only
 * @property {string[]} servers
 * @property {boolean} quick
 * @property {string | undefined} json
 * @property {string | undefined} from
 * @property {string | undefined} picture
 * @property {boolean} write
 * @property {string | undefined} profile
 * @property {boolean} check
 * @property {boolean} list
 * @property {boolean} help
 */

/** @param {string[]} argv @returns {Options} throws with a sentence where an option is wrong */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      servers: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      from: { type: 'string' },
      picture: { type: 'string' },
      profile: { type: 'string' },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 3) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20)
    throw new Error('--rounds takes a whole number from 1 to 20');
  // npm runs the bench in its own folder and says where it was called.
  const file = (name) => (name === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', name));
  const list = (text) => text.split(',').filter((part) => part !== '');
  return {
    ...values,
    json: file(values.json),
    from: file(values.from),
    picture: file(values.picture),
    profile: file(values.profile),
    rounds,
    only: list(values.only),
    servers: list(values.servers),
  };
}

/**
 * @template {{ id: string }} T
 * @param {T[]} all
 * @param {string[]} wanted whole ids, or prefixes of several; none means all
 * @returns {T[]}
 */
export function choose(all, wanted) {
  if (wanted.length === 0) return all;
  for (const prefix of wanted) {
    if (!all.some(({ id }) => id.startsWith(prefix))) {
      throw new Error(`"${prefix}" is none of ${all.map(({ id }) => id).join(', ')}`);
    }
  }
  const exact = new Set(all.map(({ id }) => id).filter((id) => wanted.includes(id)));
  const matches = (id) => wanted.some((prefix) => (exact.has(prefix) ? id === prefix : id.startsWith(prefix)));
  return all.filter(({ id }) => matches(id));
}

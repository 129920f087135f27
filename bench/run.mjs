import { readFileSync, writeFileSync } from 'node:fs';
import { checkMarkdown, checkReport, passes, verdicts } from './lib/check.mjs';
import { machine } from './lib/machine.mjs';
import { choose, HELP, readOptions } from './lib/options.mjs';
import { picture } from './lib/picture.mjs';
import { tieChildrenToThisProcess } from './lib/processes.mjs';
import { markdown, plainText } from './lib/report.mjs';
import { disturbed, rows } from './lib/results.mjs';
import { runOne } from './lib/run-one.mjs';
import { scenarios as allScenarios } from './scenarios/catalogue.mjs';
import { servers as allServers, isInstalled } from './servers/catalogue.mjs';

/**
 * Every scenario against every server, once a round; the order of the servers turns from round to round, so that none
 * always comes first or after the same one.
 * @param {import('./scenarios/catalogue.mjs').Scenario[]} scenarios
 * @param {import('./servers/catalogue.mjs').Server[]} servers
 * @param {import('./lib/options.mjs').Options} options
 */
async function runAll(scenarios, servers, options) {
  /** @type {import('./lib/results.mjs').Run[]} */
  const runs = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const scenario of scenarios) {
      const inTurn = servers.map((_, i) => servers[(i + round) % servers.length]).filter(scenario.appliesTo);
      for (const server of inTurn) {
        const run = { round, scenario: scenario.id, server: server.id };
        const progress = `round ${round + 1}/${options.rounds}  ${scenario.id}  ${server.title}`;
        try {
          const { figures, disturbance } = await runOne(scenario, server, options);
          runs.push({ ...run, figures, disturbance });
          console.error(
            `${progress}  ${JSON.stringify(figures, (_, v) => (Number.isFinite(v) ? +v.toPrecision(4) : v))}`,
          );
        } catch (error) {
          runs.push({ ...run, error: String(error) });
          console.error(`${progress}  FAILED: ${error}`);
        }
      }
    }
  }
  return runs;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (options.list) return list();
  const report = options.from === undefined ? await measure(options) : readReport(options.from);
  const scenarios = choose(allScenarios, options.only);
  const servers = choose(allServers, options.servers).filter(({ id }) =>
    report.runs.some(({ server }) => server === id),
  );
  const results = rows(report.runs, scenarios, servers).filter(({ scenario }) =>
    report.runs.some((run) => run.scenario === scenario.id),
  );
  const checked = verdicts(results);
  console.log(`\n${report.machine.join('\n')}\n- ${report.command}\n\n${plainText(results, servers)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.write) {
    const page = resultsPage(results, servers, checked, report);
    writeFileSync(new URL('./RESULTS.md', import.meta.url), page);
  }
  if (report.runs.some(({ error }) => error !== undefined)) process.exitCode = 1;
  if (options.check) check(checked, results);
  // Last: it throws where there is nothing to draw.
  if (options.picture !== undefined) writeFileSync(options.picture, picture(results, servers, report.machine));
}

/** Prints what became of the targets. Exit code 2 unless all were measured and met. */
function check(checked, results) {
  for (const line of checkReport(checked)) console.log(line);
  const ran = new Set(results.map(({ scenario }) => scenario));
  const leftOut = allScenarios.filter((scenario) => !ran.has(scenario) && (scenario.targets ?? []).length > 0);
  if (leftOut.length > 0) console.log(`not part of this run: ${leftOut.map(({ id }) => id).join(', ')}`);
  process.exitCode = passes(checked) ? 0 : 2;
}

function list() {
  for (const { id, title } of allScenarios) console.log(`${id.padEnd(20)} ${title}`);
  for (const server of allServers) {
    console.log(`${server.id.padEnd(20)} ${server.title}${isInstalled(server) ? '' : ' (not there)'}: ${server.note}`);
  }
}

/**
 * What `--json` writes and `--from` reads.
 * @typedef {{ machine: string[], command: string, rounds: number, quick: boolean,
 *   runs: import('./lib/results.mjs').Run[] }} Report
 */

/** @param {import('./lib/options.mjs').Options} options @returns {Promise<Report>} */
async function measure(options) {
  const scenarios = choose(allScenarios, options.only);
  const servers = choose(allServers, options.servers).filter(isInstalled);
  for (const server of allServers)
    if (!isInstalled(server)) console.error(`left out, as it is not there: ${server.title}`);
  tieChildrenToThisProcess();
  for (const prepare of new Set(scenarios.map((scenario) => scenario.prepare))) prepare?.();
  const runs = await runAll(scenarios, servers, options);
  const { rounds, quick } = options;
  return { machine: [...machine(), disturbed(runs)], command: commandLine(process.argv.slice(2)), rounds, quick, runs };
}

/** @param {string} file @returns {Report} */
function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(report.runs)) throw new Error(`${file} was not written by --json`);
  return report;
}

/** Where the figures also went is nobody's business but the caller's. */
function commandLine(argv) {
  const outputs = ['--json', '--picture'];
  const isOutput = (argument) => outputs.some((name) => argument?.startsWith(name));
  const kept = argv.filter((argument, i) => !isOutput(argument) && !outputs.includes(argv[i - 1]));
  return ['npm run bench', ...(kept.length > 0 ? ['--', ...kept] : [])].join(' ');
}

function resultsPage(results, servers, checked, { machine, command, rounds, quick }) {
  return [
    '# Results',
    '',
    `Written by \`${command}\`: ${rounds} round${rounds > 1 ? 's' : ''}, median [lowest – highest].`,
    'How it is measured and what the peers leave out: README.md.',
    ...(quick ? ['', '**A quick run: it shows that the bench works; its figures are not for quoting.**'] : []),
    '',
    ...machine,
    '',
    ...servers.map(({ title, note }) => `- ${title}: ${note}`),
    checkMarkdown(checked),
    markdown(results, servers),
    '',
  ].join('\n');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

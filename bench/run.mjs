import { writeFileSync } from 'node:fs';
import { machine } from './lib/machine.mjs';
import { choose, HELP, readOptions } from './lib/options.mjs';
import { tieChildrenToThisProcess } from './lib/processes.mjs';
import { markdown, plainText } from './lib/report.mjs';
import { disturbed, missedTargets, rows } from './lib/results.mjs';
import { runOne } from './lib/run-one.mjs';
import { loadTrace } from './lib/trace.mjs';
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
  if (options.list) {
    for (const { id, title } of allScenarios) console.log(`${id.padEnd(20)} ${title}`);
    for (const server of allServers) {
      console.log(
        `${server.id.padEnd(20)} ${server.title}${isInstalled(server) ? '' : ' (not there)'}: ${server.note}`,
      );
    }
    return;
  }
  const scenarios = choose(allScenarios, options.only);
  const servers = choose(allServers, options.servers).filter(isInstalled);
  for (const server of allServers)
    if (!isInstalled(server)) console.error(`left out, as it is not there: ${server.title}`);
  tieChildrenToThisProcess();
  loadTrace();

  const runs = await runAll(scenarios, servers, options);
  const results = rows(runs, scenarios, servers);
  const command = commandLine(process.argv.slice(2));
  const conditions = [...machine(), disturbed(runs)];
  console.log(`\n${conditions.join('\n')}\n- ${command}\n\n${plainText(results, servers)}\n`);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ machine: conditions, command, runs }, null, 2)}\n`);
  }
  if (options.write)
    writeFileSync(
      new URL('./RESULTS.md', import.meta.url),
      resultsPage(results, servers, command, conditions, options),
    );
  if (runs.some(({ error }) => error !== undefined)) process.exitCode = 1;
  if (options.check) {
    const missed = missedTargets(results);
    for (const sentence of missed) console.log(`missed: ${sentence}`);
    if (missed.length > 0) process.exitCode = 2;
  }
}

/** Where the figures also went is nobody's business but the caller's. */
function commandLine(argv) {
  const kept = argv.filter((argument, i) => !argument.startsWith('--json') && argv[i - 1] !== '--json');
  return ['npm run bench', ...(kept.length > 0 ? ['--', ...kept] : [])].join(' ');
}

function resultsPage(results, servers, command, conditions, { quick, rounds }) {
  return [
    '# Results',
    '',
    `Written by \`${command}\`: ${rounds} round${rounds > 1 ? 's' : ''}, median [lowest – highest].`,
    'How it is measured and what the peers leave out: README.md.',
    ...(quick ? ['', '**A quick run: it shows that the bench works; its figures are not for quoting.**'] : []),
    '',
    ...conditions,
    '',
    ...servers.map(({ title, note }) => `- ${title}: ${note}`),
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

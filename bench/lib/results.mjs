import { summary } from './statistics.mjs';

/**
 * The figures of all runs.
 * @typedef {{ round: number, scenario: string, server: string, figures?: Record<string, number>, disturbance?: number,
 *   error?: string }} Run
 */

/**
 * @typedef {{ median: number, min: number, max: number }} Summary
 * @typedef {object} Row
 * @property {import('../scenarios/catalogue.mjs').Scenario} scenario
 * @property {import('../scenarios/catalogue.mjs').Metric} metric
 * @property {Map<string, Summary | undefined>} byServer
 * @property {Map<string, string>} failures by server
 * @property {Record<string, Summary | undefined>} ratios this server : the other, by its id or `best-peer`
 * @property {Record<string, Summary | undefined>} differences this server − the other, likewise
 */

/**
 * @param {Run[]} runs
 * @param {import('../scenarios/catalogue.mjs').Scenario[]} scenarios
 * @param {import('../servers/catalogue.mjs').Server[]} servers
 * @returns {Row[]}
 */
export function rows(runs, scenarios, servers) {
  return scenarios.flatMap((scenario) => {
    const own = runs.filter((run) => run.scenario === scenario.id);
    const failures = new Map(
      own.filter(({ error }) => error !== undefined).map((run) => [run.server, run.error ?? '']),
    );
    return scenario.metrics.map((metric) => ({
      scenario,
      metric,
      failures,
      byServer: new Map(servers.map(({ id }) => [id, summary(valuesOf(own, id, metric.key))])),
      ratios: compared(own, metric, servers, (ours, theirs) => ours / theirs),
      differences: compared(own, metric, servers, (ours, theirs) => ours - theirs),
    }));
  });
}

const valuesOf = (runs, server, key) =>
  runs.filter((run) => run.server === server && run.figures !== undefined).map((run) => run.figures[key] ?? Number.NaN);

/** Both sides come from the same round: what disturbed the machine then disturbed both. */
function compared(runs, metric, servers, compare) {
  if (metric.better === 'neither') return {};
  const peers = servers.filter(({ role }) => role === 'peer').map(({ id }) => id);
  const against = (ids) => {
    const values = [];
    for (const round of new Set(runs.map((run) => run.round))) {
      const inRound = runs.filter((run) => run.round === round);
      const [ours] = valuesOf(inRound, 'ours', metric.key);
      const others = ids.flatMap((id) => valuesOf(inRound, id, metric.key)).filter(Number.isFinite);
      if (ours === undefined || others.length === 0) continue;
      values.push(compare(ours, metric.better === 'lower' ? Math.min(...others) : Math.max(...others)));
    }
    return summary(values);
  };
  return Object.fromEntries([['best-peer', against(peers)], ...servers.map(({ id }) => [id, against([id])])]);
}

/**
 * @param {Run[]} runs
 * @returns {string} a line of Markdown on how quiet the machine was
 */
export function disturbed(runs) {
  const shares = summary(runs.map(({ disturbance }) => disturbance ?? Number.NaN));
  if (shares === undefined) return '- how busy the machine was otherwise is not known';
  const percent = (share) => `${Math.round(share * 100)} %`;
  const noise = shares.median > 0.1 ? ' (**a busy machine: trust ratios and CPU, not times**)' : '';
  return `- other programs took ${percent(shares.median)} of the machine in the median run, ${percent(shares.max)} at most${noise}`;
}

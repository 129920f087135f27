import { rows } from './results.mjs';

/** Servers as the tests of the check and of the picture need them. */
export const testServers = /** @type {import('../servers/catalogue.mjs').Server[]} */ (
  /** @type {unknown} */ ([
    { id: 'ours', title: 'this server', role: 'ours' },
    { id: 'hocuspocus', title: 'hocuspocus', role: 'peer' },
    { id: 'y-websocket', title: 'y-websocket & co', role: 'peer' },
    { id: 'relay', title: 'bare relay', role: 'relay' },
  ])
);

/**
 * Rows of one scenario with one metric, `x`.
 * @param {Record<string, (number | Error)[]>} values by server, one a round; an Error is a run that failed with it
 * @param {import('../scenarios/catalogue.mjs').Target[]} targets
 * @param {{ id?: string, key?: string, better?: 'lower' | 'higher', unit?: string }} [options]
 */
export function testRows(values, targets = [], { id = 'scenario', key = 'x', better = 'lower', unit = 'ms' } = {}) {
  const scenario = /** @type {import('../scenarios/catalogue.mjs').Scenario} */ (
    /** @type {unknown} */ ({
      id,
      title: 'the scenario',
      metrics: [{ key, title: 'the metric', unit, better }],
      targets,
    })
  );
  const runs = Object.entries(values).flatMap(([server, ofRounds]) =>
    ofRounds.map((value, round) => {
      const run = { round, scenario: id, server };
      return value instanceof Error ? { ...run, error: String(value) } : { ...run, figures: { [key]: value } };
    }),
  );
  return rows(runs, [scenario], testServers);
}

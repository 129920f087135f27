import { figure } from './report.mjs';

/**
 * What became of one target. A run of this server that failed leaves its targets unmeasured, whatever other rounds say.
 * @typedef {object} Verdict
 * @property {'met' | 'missed' | 'not measured'} state
 * @property {string} scenario id
 * @property {string} what the metric
 * @property {string} wanted with the other side and the unit
 * @property {string} is median [lowest – highest], or why there is nothing
 * @property {string} by how far off: in percent of the bound, or as a multiple of it; empty where it is met or not measured
 */

const RIVALS = { 'best-peer': 'the best peer', hocuspocus: 'hocuspocus', relay: 'the bare relay' };

/**
 * @param {import('./results.mjs').Row[]} rows
 * @returns {Verdict[]} one for each target of the scenarios in the rows, in their order
 */
export function verdicts(rows) {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  return scenarios.flatMap((scenario) =>
    (scenario.targets ?? []).map((target) => {
      const row = rows.find((each) => each.scenario === scenario && each.metric.key === target.metric);
      if (row === undefined) throw new Error(`${scenario.id} has a target for "${target.metric}", which is no metric`);
      return verdict(row, target);
    }),
  );
}

/**
 * @param {import('./results.mjs').Row} row
 * @param {import('../scenarios/catalogue.mjs').Target} target
 * @returns {Verdict}
 */
function verdict(row, target) {
  const { atMost, atLeast } = target;
  const bound = atMost ?? atLeast;
  if (bound === undefined) throw new Error(`${row.scenario.id}: a target without a bound`);
  const write = (value) => withUnit(value, row.metric.unit, target);
  const common = {
    scenario: row.scenario.id,
    what: row.metric.title,
    wanted: `${atMost === undefined ? 'at least' : 'at most'} ${write(bound)}${reference(target)}`,
  };
  const measured = measure(row, target);
  const failure = row.failures.get('ours');
  if (failure !== undefined || measured === undefined) {
    return { ...common, state: 'not measured', is: whyNot(row, target, failure), by: '' };
  }
  const { median, min, max } = measured;
  // A promise about this server alone holds in every round; a comparison is a matter of the median.
  const worst = atMost === undefined ? min : max;
  const value = target.kind === 'absolute' ? worst : median;
  const is = min === max ? write(median) : `${write(median)} [${write(min)} – ${write(max)}]`;
  const isMet = atMost === undefined ? value >= bound : value <= bound;
  return { ...common, state: isMet ? 'met' : 'missed', is, by: isMet ? '' : distance(value, bound) };
}

/** @returns {import('./results.mjs').Summary | undefined} */
function measure(row, target) {
  if (target.kind === 'absolute') return row.byServer.get('ours');
  return (target.kind === 'ratio' ? row.ratios : row.differences)[target.against];
}

function whyNot(row, target, failure) {
  if (failure !== undefined) return `this server failed: ${failure.split('\n', 1)[0]}`;
  if (row.byServer.get('ours') === undefined) return 'no figure of this server';
  return `no figure of ${RIVALS[target.against]} in the same round`;
}

function withUnit(value, unit, { kind }) {
  if (kind === 'ratio') return `${figure(value)}×`;
  return `${figure(value)}${unit === '' || unit === '×' ? unit : ` ${unit}`}`;
}

function reference(target) {
  if (target.kind === 'absolute') return '';
  return target.kind === 'ratio' ? ` ${RIVALS[target.against]}` : ` more than ${RIVALS[target.against]}`;
}

function distance(value, bound) {
  if (value >= 2 * bound) return `${figure(value / bound)} times as much`;
  const percent = Math.abs(value / bound - 1) * 100;
  return `${figure(percent)} % ${value > bound ? 'over' : 'under'}`;
}

/**
 * @param {Verdict[]} all
 * @returns {string[]} lines for a terminal: what is missed and by how much, what was not measured, and a count of the rest
 */
export function checkReport(all) {
  const of = (state) => all.filter((each) => each.state === state);
  const lines = [];
  for (const each of of('missed')) {
    lines.push(`missed        ${each.scenario}: ${each.what}: ${each.is}, wanted ${each.wanted}: ${each.by}`);
  }
  for (const each of of('not measured')) {
    lines.push(`not measured  ${each.scenario}: ${each.what}: wanted ${each.wanted}; ${each.is}`);
  }
  return [...lines, `${of('met').length} of ${all.length} targets met`];
}

/** @param {Verdict[]} all @returns {boolean} whether the check passes: all measured, none missed */
export const passes = (all) => all.every(({ state }) => state === 'met');

/** @param {Verdict[]} all @returns {string} a section of Markdown; nothing without targets */
export function checkMarkdown(all) {
  if (all.length === 0) return '';
  const head = ['scenario', 'target', 'wanted', 'measured', ''];
  const lines = all.map((each) => [
    each.scenario,
    each.what,
    each.wanted,
    each.is,
    each.state === 'missed' ? `missed, ${each.by}` : each.state,
  ]);
  const widths = head.map((_, i) => Math.max(3, ...[head, ...lines].map((line) => line[i].length)));
  const write = (line) => `| ${line.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return ['', '## Targets', '', write(head), rule, ...lines.map(write)].join('\n');
}

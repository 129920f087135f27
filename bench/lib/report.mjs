/** @param {number} value @returns {string} three significant digits, thousands and millions grouped */
export function figure(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 0.1 || size === 0 ? 2 : 3);
}

const range = (summary, write) =>
  summary.min === summary.max
    ? write(summary.median)
    : `${write(summary.median)} [${write(summary.min)} – ${write(summary.max)}]`;

const ratio = (summary) => (summary === undefined ? '–' : range(summary, (value) => `${figure(value)}×`));

/**
 * @param {import('./results.mjs').Row[]} rows
 * @param {import('../servers/catalogue.mjs').Server[]} servers
 * @returns {string[][]} the head first
 */
export function table(rows, servers) {
  const withRatios = servers.some(({ role }) => role === 'ours');
  const head = ['work', ...servers.map(({ title }) => title)];
  if (withRatios) head.push('ours : best peer', 'ours : relay');
  const lines = rows.map((row) => {
    const cells = servers.map(({ id }) => {
      const summary = row.byServer.get(id);
      if (summary !== undefined) return range(summary, figure);
      return row.failures.has(id) ? 'failed' : '–';
    });
    if (withRatios) cells.push(ratio(row.ratios['best-peer']), ratio(row.ratios.relay));
    return [`${row.metric.title}${row.metric.unit === '' ? '' : `, ${row.metric.unit}`}`, ...cells];
  });
  return [head, ...lines];
}

/**
 * @param {import('./results.mjs').Row[]} rows
 * @param {import('../servers/catalogue.mjs').Server[]} servers
 * @returns {string} for a terminal
 */
export function plainText(rows, servers) {
  const [head, ...lines] = table(rows, servers);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const pad = (line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  const out = [pad(head)];
  rows.forEach((row, i) => {
    if (rows[i - 1]?.scenario !== row.scenario) out.push('', row.scenario.title);
    out.push(pad(lines[i]));
  });
  return out.join('\n');
}

/**
 * @param {import('./results.mjs').Row[]} rows
 * @param {import('../servers/catalogue.mjs').Server[]} servers
 * @returns {string} one Markdown table a scenario, its columns aligned as the formatter wants them
 */
export function markdown(rows, servers) {
  const [head, ...lines] = table(rows, servers);
  const out = [];
  for (const scenario of new Set(rows.map((row) => row.scenario))) {
    const cells = [head, ...lines.filter((_, i) => rows[i].scenario === scenario)];
    const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column].length)));
    const write = (line) => `| ${line.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    const note = scenario.note === undefined ? [] : ['', scenario.note];
    out.push('', `## ${scenario.title}`, ...note, '', write(head), rule, ...cells.slice(1).map(write));
  }
  return out.join('\n');
}

import { figure } from './report.mjs';

/**
 * What is drawn, if it was measured: a group of bars each. Ratios of what is better when higher are turned around, so that
 * everywhere a longer bar means more spent for the same work.
 * @type {{ scenario: string, metric: string, title: string, detail: string }[]}
 */
const GROUPS = [
  {
    scenario: 'fanout-100x1',
    metric: 'cpuPerMillion',
    title: 'Fan-out',
    detail: 'CPU per delivery to 100 readers',
  },
  {
    scenario: 'fanout-100x10',
    metric: 'cpuPerMillion',
    title: 'Fan-out, 10 writers',
    detail: 'CPU per delivery to 100 readers',
  },
  {
    scenario: 'paced',
    metric: 'cpuPerMillion',
    title: 'Steady typing',
    detail: 'CPU per delivery, 400/s to 100 readers',
  },
  {
    scenario: 'documents',
    metric: 'cpuPerMillion',
    title: '1,000 documents',
    detail: 'CPU per update, 2 clients each',
  },
  { scenario: 'ingest', metric: 'updatesPerSecond', title: 'Ingest', detail: 'time per update of a real trace' },
  { scenario: 'joins-cold', metric: 'cpuPerJoin', title: 'First join', detail: 'CPU per client with nothing' },
  { scenario: 'joins-current', metric: 'cpuPerJoin', title: 'Reconnect', detail: 'CPU per client that is up to date' },
  { scenario: 'memory-connections', metric: 'kibPerConnection', title: 'Idle connection', detail: 'memory' },
  { scenario: 'memory-documents', metric: 'mibPerDocument', title: 'Open document', detail: 'memory' },
];

const WIDTH = 860;
const PLOT = { left: 282, right: 800, top: 128 };
const BAR = 13;
const BAR_STEP = 16;
const GROUP_GAP = 20;
const STYLE = `
  .card{fill:#fff;stroke:#d8dee4}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#e6eaef}.one{stroke:#1a7f6b;stroke-width:2}
  .ours{fill:#1a7f6b}.s0{fill:#d9822b}.s1{fill:#7a6fc4}.s2{fill:#9aa5b1}
  text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-size:12px}
  .title{font-size:19px;font-weight:650}.group{font-size:13px;font-weight:600}.value{font-variant-numeric:tabular-nums;paint-order:stroke;stroke:#fff;stroke-width:4px}
  @media (prefers-color-scheme:dark){
    .card{fill:#0d1117;stroke:#30363d}.ink{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#21262d}.one{stroke:#3fb99f}
    .ours{fill:#3fb99f}.s0{fill:#e3964a}.s1{fill:#978de0}.s2{fill:#6e7781}.value{stroke:#0d1117}
  }`;

/**
 * A chart for a README: how much more each other server spends than this one, on an axis where each step doubles. Bars
 * begin at 1, which is this server; to the right is more, to the left is less. Light and dark follow the reader's system.
 * @param {import('./results.mjs').Row[]} rows
 * @param {import('../servers/catalogue.mjs').Server[]} servers
 * @param {string[]} machine lines of Markdown; the first says what it was measured on
 * @returns {string} SVG
 */
export function picture(rows, servers, machine) {
  const others = servers.filter(({ role }) => role === 'peer' || role === 'relay');
  const groups = GROUPS.flatMap((group) => {
    const row = rows.find(({ scenario, metric }) => scenario.id === group.scenario && metric.key === group.metric);
    if (row === undefined) return [];
    const bars = others.flatMap(({ id, title }, series) => {
      const ratio = row.ratios[id]?.median;
      if (ratio === undefined) return [];
      return [{ series, title, spent: row.metric.better === 'higher' ? ratio : 1 / ratio }];
    });
    return bars.length === 0 ? [] : [{ ...group, bars }];
  });
  if (groups.length === 0) throw new Error('nothing that the picture shows was measured, of this server and another');
  return draw(groups, others, machine);
}

function draw(groups, others, machine) {
  const axis = axisFor(groups.flatMap(({ bars }) => bars.map(({ spent }) => spent)));
  let y = PLOT.top;
  const body = groups.map((group) => {
    const at = y;
    y += group.bars.length * BAR_STEP + GROUP_GAP;
    return drawGroup(group, at, axis);
  });
  const bottom = y - GROUP_GAP + 8;
  const height = bottom + 46;
  const where = machine[0]?.replace(/^- /, '') ?? '';
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    '<title id="title">What other servers spend for the same work, relative to this server</title>',
    `<desc id="desc">${escaped(describe(groups))}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="card" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>`,
    text(28, 40, 'title ink', 'What others spend for the same work'),
    text(
      28,
      62,
      'soft',
      'This server is the line at 1×. To the right costs more, to the left less; each step of the axis doubles.',
    ),
    drawLegend(others),
    ...axis.ticks.map((tick) => drawTick(tick, axis.x(tick), bottom)),
    ...body,
    `<line class="one" x1="${axis.x(1)}" x2="${axis.x(1)}" y1="${PLOT.top - 8}" y2="${bottom}"/>`,
    text(
      28,
      bottom + 28,
      'soft',
      `Medians of one interleaved run on ${where}. Only this server waits for the disk before it says "saved".`,
    ),
    '</svg>',
  ].join('\n')}\n`;
}

/** Wide enough for all values and, on the left, for the label of the shortest; marks at whole powers of two. */
function axisFor(values) {
  const from = Math.log2(Math.min(0.5, ...values)) - 0.7;
  const to = Math.log2(Math.max(4, ...values)) + 0.2;
  const x = (value) => round(PLOT.left + ((Math.log2(value) - from) / (to - from)) * (PLOT.right - PLOT.left));
  const ticks = [];
  for (let power = Math.ceil(from); power <= to; power++) ticks.push(2 ** power);
  return { x, ticks };
}

function drawGroup({ title, detail, bars }, top, { x }) {
  const middle = top + (bars.length * BAR_STEP - (BAR_STEP - BAR)) / 2;
  const out = [text(28, middle - 2, 'group ink', title), text(28, middle + 14, 'soft', detail)];
  bars.forEach(({ series, title: server, spent }, i) => {
    const [from, to] = [Math.min(x(1), x(spent)), Math.max(x(1), x(spent))];
    const y = top + i * BAR_STEP;
    const label = `${figure(spent)}×`;
    out.push(
      `<rect class="s${series}" x="${from}" y="${y}" width="${round(Math.max(1, to - from))}" height="${BAR}" rx="2"><title>${escaped(server)}: ${label}</title></rect>`,
      spent < 1 ? text(from - 6, y + 10.5, 'value ink', label, 'end') : text(to + 6, y + 10.5, 'value ink', label),
    );
  });
  return out.join('\n');
}

function drawTick(tick, x, bottom) {
  const label = tick < 1 ? `1/${1 / tick}` : `${tick}×`;
  return `<line class="grid" x1="${x}" x2="${x}" y1="${PLOT.top - 8}" y2="${bottom}"/>\n${text(x, PLOT.top - 14, 'soft', label, 'middle')}`;
}

function drawLegend(others) {
  let x = 28;
  const entries = [{ className: 'ours', title: 'this server' }];
  others.forEach(({ title, role }, i) => {
    entries.push({ className: `s${i}`, title: role === 'relay' ? `${title} (stores and checks nothing)` : title });
  });
  return entries
    .map(({ className, title }) => {
      const [width, height] = className === 'ours' ? [3, 14] : [11, 11];
      const entry = `<rect class="${className}" x="${x + (11 - width) / 2}" y="${82.5 - height / 2}" width="${width}" height="${height}" rx="1.5"/>\n${text(x + 17, 87, 'ink', title)}`;
      x += 17 + title.length * 6.5 + 20;
      return entry;
    })
    .join('\n');
}

/** The chart in words, for who does not see it. */
function describe(groups) {
  return groups
    .map(({ title, detail, bars }) => {
      const each = bars.map(({ title: server, spent }) => `${server} ${figure(spent)} times`);
      return `${title}, ${detail}: ${each.join(', ')} what this server spends.`;
    })
    .join(' ');
}

function text(x, y, className, content, anchor = 'start') {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${className}" x="${round(x)}" y="${round(y)}"${at}>${escaped(content)}</text>`;
}

const round = (value) => Math.round(value * 10) / 10;

/** @param {string} raw */
function escaped(raw) {
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

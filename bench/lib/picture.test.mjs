import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture } from './picture.mjs';
import { testRows, testServers } from './sample-rows.mjs';

const group = { id: 'paced', key: 'cpuPerMillion' };
const values = { ours: [10], hocuspocus: [40], 'y-websocket': [10], relay: [5] };
const draw = (rows) => picture(rows, testServers, ['- 2 cores, <some> CPU']);

/** @param {string} svg @returns {{ from: number, to: number, tip: string }[]} */
const barsOf = (svg) =>
  [...svg.matchAll(/<rect class="s\d" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*><title>([^<]*)/g)].map(
    ([, x, width, tip]) => ({ from: Number(x), to: Number(x) + Number(width), tip }),
  );

const lineOf = (svg) => Number(/<line class="one" x1="([\d.]+)"/.exec(svg)?.[1]);

test('a bar goes right from this server’s line for more, left for less, and each doubling is as long', () => {
  const svg = draw(testRows(values, [], group));
  const one = lineOf(svg);
  const [four, same, half] = barsOf(svg);
  assert.deepEqual(
    [four.tip, same.tip, half.tip],
    ['hocuspocus: 4.00×', 'y-websocket &amp; co: 1.00×', 'bare relay: 0.50×'],
  );
  assert.equal(four.from, one);
  assert.ok(Math.abs(half.to - one) < 0.2);
  assert.ok(Math.abs((four.to - one) / 2 - (one - half.from)) < 0.2);
});

test('where more is better, who does half as much spends twice', () => {
  const rows = testRows({ ours: [100], hocuspocus: [50] }, [], {
    id: 'ingest',
    key: 'updatesPerSecond',
    better: 'higher',
  });
  assert.deepEqual(
    barsOf(draw(rows)).map(({ tip }) => tip),
    ['hocuspocus: 2.00×'],
  );
});

test('ratios are those of the same round', () => {
  const rows = testRows({ ours: [10, 1, 100], hocuspocus: [20, 2, 200] }, [], group);
  assert.deepEqual(
    barsOf(draw(rows)).map(({ tip }) => tip),
    ['hocuspocus: 2.00×'],
  );
});

test('it says in words what it shows, escapes what it is given, and follows the reader’s colours', () => {
  const svg = draw(testRows(values, [], group));
  assert.match(svg, /<desc id="desc">Steady typing, [^<]*hocuspocus 4\.00 times, [^<]*bare relay 0\.50 times/);
  assert.match(svg, /&lt;some&gt; CPU/);
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test('every tag is closed', () => {
  const open = [];
  for (const [, end, name, self] of draw(testRows(values, [], group)).matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end === '/') assert.equal(open.pop(), name);
    else if (self === '') open.push(name);
  }
  assert.deepEqual(open, []);
});

test('without anything to compare there is no picture', () => {
  assert.throws(() => draw(testRows({ ours: [1] }, [], group)), /nothing that the picture shows/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarios } from '../scenarios/catalogue.mjs';
import { checkMarkdown, checkReport, passes, verdicts } from './check.mjs';
import { testRows } from './sample-rows.mjs';

/** @typedef {import('../scenarios/catalogue.mjs').Target} Target */

const half = /** @type {Target} */ ({ kind: 'ratio', metric: 'x', against: 'best-peer', atMost: 0.5 });
const states = (rows) => verdicts(rows).map(({ state }) => state);

test('a ratio is met at its bound, and compares with the best peer of the same round', () => {
  const rows = testRows({ ours: [5, 50], hocuspocus: [10, 1000], 'y-websocket': [20, 100] }, [half]);
  assert.deepEqual(states(rows), ['met']);
  assert.equal(passes(verdicts(rows)), true);
  assert.deepEqual(checkReport(verdicts(rows)), ['1 of 1 targets met']);
});

test('the median of the rounds counts, and the range is told', () => {
  const rows = testRows({ ours: [4, 9, 6], hocuspocus: [10, 10, 10] }, [half]);
  const [verdict] = verdicts(rows);
  assert.equal(verdict.state, 'missed');
  assert.equal(verdict.is, '0.60× [0.40× – 0.90×]');
  assert.equal(verdict.by, '20.0 % over');
  assert.deepEqual(checkReport([verdict]), [
    'missed        scenario: the metric: 0.60× [0.40× – 0.90×], wanted at most 0.50× the best peer: 20.0 % over',
    '0 of 1 targets met',
  ]);
});

test('where more is better, the best peer is the one with the most', () => {
  const target = /** @type {Target} */ ({ kind: 'ratio', metric: 'x', against: 'best-peer', atLeast: 5 });
  const rows = (ours) =>
    testRows({ ours: [ours], hocuspocus: [10], 'y-websocket': [20] }, [target], { better: 'higher' });
  assert.deepEqual(states(rows(100)), ['met']);
  assert.deepEqual(states(rows(80)), ['missed']);
  assert.equal(verdicts(rows(80))[0].by, '20.0 % under');
});

test('a difference is in the unit of the metric', () => {
  const target = /** @type {Target} */ ({ kind: 'difference', metric: 'x', against: 'relay', atMost: 2 });
  const rows = (ours) => testRows({ ours: [ours], relay: [9] }, [target], { unit: 'KiB' });
  assert.deepEqual(states(rows(11)), ['met']);
  assert.deepEqual(verdicts(rows(14)), [
    {
      state: 'missed',
      scenario: 'scenario',
      what: 'the metric',
      wanted: 'at most 2.00 KiB more than the bare relay',
      is: '5.00 KiB',
      by: '2.50 times as much',
    },
  ]);
});

test('an absolute target needs nobody else', () => {
  const target = /** @type {Target} */ ({ kind: 'absolute', metric: 'x', atMost: 50 });
  assert.deepEqual(states(testRows({ ours: [50] }, [target])), ['met']);
  assert.deepEqual(states(testRows({ ours: [51] }, [target])), ['missed']);
});

test('an absolute target holds in every round', () => {
  const most = /** @type {Target} */ ({ kind: 'absolute', metric: 'x', atMost: 50 });
  const least = /** @type {Target} */ ({ kind: 'absolute', metric: 'x', atLeast: 150 });
  const [over] = verdicts(testRows({ ours: [10, 60, 10] }, [most]));
  assert.deepEqual([over.state, over.is, over.by], ['missed', '10.0 ms [10.0 ms – 60.0 ms]', '20.0 % over']);
  assert.deepEqual(states(testRows({ ours: [150, 149, 150] }, [least])), ['missed']);
  assert.deepEqual(states(testRows({ ours: [150, 150, 150] }, [least])), ['met']);
});

test('without the other side, or without a figure, a target was not measured, and the check fails', () => {
  for (const values of [{ ours: [1] }, { hocuspocus: [1] }, { ours: [Number.NaN], hocuspocus: [1] }]) {
    const all = verdicts(testRows(values, [half]));
    assert.deepEqual(
      all.map(({ state }) => state),
      ['not measured'],
    );
    assert.equal(passes(all), false);
    assert.match(
      checkReport(all)[0],
      /^not measured {2}scenario: the metric: wanted at most 0\.50× the best peer; no figure/,
    );
  }
});

test('a round in which this server failed is not hidden by the others', () => {
  const rows = testRows({ ours: [1, new Error('lost an update'), 1], hocuspocus: [10, 10, 10] }, [half]);
  const [verdict] = verdicts(rows);
  assert.equal(verdict.state, 'not measured');
  assert.match(verdict.is, /lost an update/);
});

test('a target for a metric that the scenario does not have is a mistake', () => {
  assert.throws(() => verdicts(testRows({ ours: [1] }, [{ ...half, metric: 'y' }])), /no metric/);
});

test('the results page has a line for each target', () => {
  assert.match(checkMarkdown(verdicts(testRows({ ours: [9], hocuspocus: [10] }, [half]))), /\| missed, 80\.0 % over/);
  assert.equal(checkMarkdown([]), '');
});

test('every target of the catalogue has one bound and a metric that is compared', () => {
  for (const { id, targets = [], metrics } of scenarios) {
    for (const target of targets) {
      assert.equal(Number(target.atMost !== undefined) + Number(target.atLeast !== undefined), 1, id);
      const metric = metrics.find(({ key }) => key === target.metric);
      assert.ok(metric !== undefined, `${id}: ${target.metric}`);
      if (target.kind !== 'absolute') assert.notEqual(metric.better, 'neither', `${id}: ${target.metric}`);
    }
  }
});

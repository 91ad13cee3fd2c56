/** The estimate of a task's cost against the README's table, which was worked out by hand. */
import { expect, test } from 'vitest';
import { defineQueue, defineTask } from '#lib';
import { byService, estimateTask } from '../../lib/define/cost.ts';

const run = () => null;

test('a task with a result costs what the README says', () => {
  const cost = estimateTask(defineTask('charge', { run }));

  const sums = byService(cost);
  expect(sums.SQS).toBeCloseTo(0.12, 2);
  expect(sums.DynamoDB).toBeCloseTo(3.75, 2);
  expect(sums.Lambda).toBeCloseTo(0.02 + 0.33, 2);
  expect(cost.usdPerMillion).toBeCloseTo(0.12 + 3.75 + 0.02 + 0.333, 2);
});

test('a task without a result pays nothing for DynamoDB', () => {
  const cost = estimateTask(defineTask('remind', { result: false, run }));

  expect(byService(cost).DynamoDB).toBeUndefined();
});

test('once, rate and concurrency are paid on top of the record', () => {
  const plain = estimateTask(defineTask('plain', { run }));
  const guarded = estimateTask(defineTask('guarded', { once: true, rateLimit: '10/s', concurrency: 2, run }));

  // Five writes more a run, at $0.625 a million.
  expect(guarded.usdPerMillion - plain.usdPerMillion).toBeCloseTo(3.125, 3);
});

test('one message a call costs ten times the calls, and a FIFO queue has prices of its own', () => {
  const ordered = defineTask('ordered', { queue: defineQueue('line', { ordered: true }), run });

  const cost = estimateTask(ordered, { batch: 1 });

  expect(cost.lines[0]).toMatchObject({ price: 'sqsFifo', units: 3, usd: 1.5 });
});

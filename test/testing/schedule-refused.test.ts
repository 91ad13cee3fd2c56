/** A schedule whose workflow a later version of the code would not take any more. */
import { expect, test } from 'vitest';
import { chain, cron, defineApp, defineSchedule, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const START = '2026-06-01T00:30:00Z';

test('a workflow whose input a deploy has made wrong is dead-lettered with its reason', async () => {
  let largest = 10;
  const double = defineTask('double', {
    // Stands for a schema that a deploy has changed after the schedule was added.
    input: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'number' && value <= largest
            ? { value }
            : { issues: [{ message: `is larger than ${largest}` }] },
      },
    },
    run: (n: number) => n * 2,
  });
  const app = defineApp('shop', {
    schedules: [defineSchedule('hourly', { trigger: cron('0 1 1 6 *'), send: chain(double(5), double) })],
    runtimeSchedules: true,
  });
  const sim = simulate(app, { start: START });

  largest = 1;
  await sim.advance('7h');

  const letters = await sim.emulator.call('sqs', 'ReceiveMessage', {
    QueueUrl: 'http://127.0.0.1:4566/000000000000/shop-dev-later-dlq',
  });
  const text = JSON.stringify(letters.Messages);
  expect(letters.Messages).toHaveLength(1);
  expect(text).toContain('INVALID_INPUT');
  expect(text).toContain('is larger than 1');
  expect(text).toContain('hourly');
  expect(sim.attempts(double)).toEqual([]);
});

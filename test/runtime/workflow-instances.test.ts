/** maxInstances of schedules whose workflows take days. */
import { expect, test } from 'vitest';
import { chain, defineApp, defineSchedule, defineTask, every } from '#lib';
import { simulate } from '#lib/testing';

test('a workflow that takes days counts for maxInstances until it has ended', async () => {
  const begun: string[] = [];
  const first = defineTask('first', {
    run: (_: { n: number }, { now }) => void begun.push(now().toISOString().slice(8, 13)),
  });
  const last = defineTask('last', { run: () => 1 });
  const send = chain(first({ n: 1 }), last(undefined, { delay: '40h' }));
  const start = new Date('2026-03-01T12:00:00Z');
  const trigger = every('12h', { start });
  const slow = defineSchedule('slow', { trigger, send, maxInstances: 1 });
  const app = defineApp('shop', { tasks: [first, last], schedules: [slow], longDelays: true });
  const sim = simulate(app, { start: '2026-03-01T11:00:00Z' });

  await sim.advance('60h');

  // The second one at the first fire after the end of the first, which is at four o'clock of the third day.
  expect(begun).toEqual(['01T12', '03T12']);
});

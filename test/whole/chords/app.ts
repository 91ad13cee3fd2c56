/** Schedules that send workflows, one that the service fires itself and one for the ticker. */
import { at, chain, chord, cron, defineApp, defineQueue, defineSchedule, defineTask } from '#lib';

/** What the tasks print before the id of their run and what they have made. */
export const RAN = 'ran ';

const queue = defineQueue('sums', { visibility: '1m' });

function said(id: string, made: number): number {
  console.log(`${RAN}${id} ${made}`);
  return made;
}

const double = defineTask('double', { queue, run: (n: number, { id }) => said(id, n * 2) });
const sum = defineTask('sum', {
  queue,
  run: (numbers: readonly number[], { id }) =>
    said(
      id,
      numbers.reduce((one, other) => one + other, 0),
    ),
});

export const app = defineApp('chords', {
  schedules: [
    defineSchedule('native', { trigger: cron('5,10 * * * *'), send: chord([double(1), double(2)], sum) }),
    defineSchedule('ticked', { trigger: at('2026-06-01T00:04:07Z'), send: chain(double(5), double) }),
  ],
});

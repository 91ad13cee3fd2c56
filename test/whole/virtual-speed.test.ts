/**
 * What long stretches of virtual time cost, in counts: each poll, timer and invocation once, and nothing in
 * between. The seconds are the benchmark's business.
 */
import { expect, test } from 'vitest';
import { createSqs } from '../../lib/emulator/sqs/sqs.ts';
import { createVirtualClock } from '../../lib/emulator/virtual-clock.ts';
import { consumeTenThousand, invokeTenThousand, pollFiveHours } from '../emulator/virtual-day.ts';

test('five hours of 20-second polls are 901 calls, and everything happens at its second', async () => {
  const hours = await pollFiveHours();

  expect(hours).toEqual({
    // 900 in five hours, and one more because the move ends one early.
    polls: 901,
    deliveries: [
      [900, '1'],
      [4_500, '2'],
      [14_400.1, '1'],
    ],
    traced: [
      '0 send jobs',
      '900 receive jobs',
      '4500 receive jobs',
      '8100 deadLetter jobs',
      '14400.1 move dead',
      '14400.1 receive jobs',
      '14400.1 delete jobs',
    ],
  });
});

test.each([
  ['inline', 1, { coldStarts: 1, seconds: 10_000 }],
  ['inline', 1_000, { coldStarts: 1_000, seconds: 10 }],
  ['thread', 1, { coldStarts: 1, seconds: 0 }],
] as const)('ten thousand %s invocations, %i at a time, run once each', async (kind, atOnce, cost) => {
  const invoked = await invokeTenThousand(kind, atOnce);

  expect(invoked).toEqual({ invocations: 10_000, errors: 0, ...cost });
});

test('ten thousand messages through a mapping are ten thousand invocations of a minute', async () => {
  const consumed = await consumeTenThousand();

  expect(consumed).toMatchObject({ invocations: 10_000, errors: 0, left: 0 });
  // It scales to a thousand at once within a minute, as on AWS.
  expect(consumed.seconds).toBeLessThan(120);
});

test('a long poll that finds nothing sets one timer', async () => {
  const clock = createVirtualClock(0);
  let timers = 0;
  const counting: typeof clock = {
    ...clock,
    at(time, run) {
      timers += 1;
      return clock.at(time, run);
    },
  };
  const sqs = createSqs({ clock: counting, random: () => 0.5 });
  const caller = { account: '000000000000', region: 'us-east-1', endpoint: 'http://127.0.0.1:4566' };
  const { QueueUrl } = await sqs.call('CreateQueue', { QueueName: 'idle' }, caller);
  const poll = () =>
    clock.run('poll', async () => sqs.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 }, caller));

  for (let polls = 0; polls < 180; polls += 1) {
    const answer = poll();
    await clock.advance(20_000);
    expect(await answer).toEqual({});
  }

  expect(timers).toBe(180);
  expect(clock.next()).toBeUndefined();
});

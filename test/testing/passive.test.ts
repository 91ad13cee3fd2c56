import { expect, test } from 'vitest';
import type { VirtualClock } from '../../lib/emulator/clock.ts';
import { createVirtualClock } from '../../lib/emulator/virtual-clock.ts';
import { passive } from '../../lib/testing/passive.ts';

/** A port that asks once where something is, which takes a second of the run that comes first. */
function createPort(clock: VirtualClock) {
  let found: Promise<string> | undefined;
  return {
    async find(name: string): Promise<string> {
      found ??= clock.sleep(1_000).then(() => 'https://sqs/');
      return (await found) + name;
    },
  };
}

/** What two runs find, the second of which waits for what the first one sleeps for. */
async function findTwice(clock: VirtualClock, port: ReturnType<typeof createPort>) {
  const first = clock.run('first', () => port.find('a'));
  const second = clock.run('second', () => port.find('b'));
  await clock.advance(1_000);
  return Promise.all([first, second]);
}

test('a run that waits for what another run has asked for keeps no time from going on', async () => {
  const clock = createVirtualClock(0, { busyLimitMs: 200 });

  const found = await findTwice(clock, passive(clock, createPort(clock)));

  expect(found).toEqual(['https://sqs/a', 'https://sqs/b']);
});

test('without it the clock takes the second run for busy', async () => {
  const clock = createVirtualClock(0, { busyLimitMs: 200 });

  await expect(findTwice(clock, createPort(clock))).rejects.toThrow("'second' has been busy");
});

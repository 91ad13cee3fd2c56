/** Runs that replace themselves while their attempts die: they end as what has taken their place. */
import { expect, test } from 'vitest';
import { type Context, chain, defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';

/**
 * A task whose attempts replace themselves, or throw where `throws` has their number; of those that replace
 * themselves the first `dying` die before their run is let go.
 */
function createWorld({ throws, dying, after }: Case, ordered: boolean) {
  let left = dying;
  const swap = defineTask('swap', {
    queue: defineQueue('swaps', { ordered, visibility: '10m' }),
    retry: { attempts: 9 },
    run(n: number, { attempt, replace }: Context): number {
      if (throws.includes(starts++)) throw new Error(`not in attempt ${attempt}`);
      return replace(add(n, { delay: after }));
    },
  });
  const add = defineTask('add', {
    queue: defineQueue('adds', { visibility: '10s' }),
    run: (n: number) => n + 1,
  });
  let starts = 0;
  const sim = simulate(defineApp('swap', { tasks: [swap, add] }), {
    async onCall({ operation, input }, proceed) {
      // What lets go of a run says why it waits.
      if (operation !== 'UpdateItem' || !JSON.stringify(input).includes('REPLACED') || left-- <= 0)
        return proceed();
      throw Object.assign(new Error('it has died'), { name: 'AccessDenied' });
    },
  });
  return { sim, swap, add };
}

interface Case {
  /** Which starts throw. */
  readonly throws: readonly number[];
  readonly dying: number;
  /** How long what takes the run's place waits. */
  readonly after: '0s' | '15m';
}

const CASES: readonly (readonly [title: string, Case])[] = [
  ['dies until long after that has ended', { throws: [], dying: 3, after: '0s' }],
  ['dies, fails, and replaces itself again', { throws: [1], dying: 1, after: '15m' }],
  [
    'dies, fails, and replaces itself again after that has ended',
    { throws: [1, 2, 3], dying: 1, after: '0s' },
  ],
];

const ALL = CASES.flatMap(([title, one]) => [false, true].map((ordered) => ({ title, one, ordered })));

test.each(ALL)(
  'a run (ordered: $ordered) ends as what it has replaced itself by, if it $title',
  async ({ one, ordered }) => {
    const { sim, swap } = createWorld(one, ordered);

    const result = await sim.send(swap(1));
    await sim.advance('3h');

    expect(await result.state()).toBe('SUCCESS');
    expect(await result.get()).toBe(2);
  },
);

test.each(ALL)(
  'a step of a chain (ordered: $ordered) is followed by the next one, if it $title',
  async ({ one, ordered }) => {
    const { sim, swap, add } = createWorld(one, ordered);

    const result = await sim.send(chain(swap(1), add));
    await sim.advance('3h');

    expect(await result.state()).toBe('SUCCESS');
    expect(await result.get()).toBe(3);
  },
);

test.each([false, true])(
  'an attempt (ordered: %s) that finds its place taken by what has ended, and forgot it, ends its run',
  async (ordered) => {
    const { sim, swap } = createWorld({ throws: [], dying: 1, after: '0s' }, ordered);

    const result = await sim.send(swap(1));
    await sim.advance('5s');
    // It would have come back, and found the run let go.
    const { QueueUrl } = await urlOf(sim, 'swap-dev-adds');
    await sim.emulator.call('sqs', 'PurgeQueue', { QueueUrl });
    await sim.advance('3h');

    expect(await result.state()).toBe('SUCCESS');
    expect(await result.get()).toBe(2);
  },
);

/** The emulator answers as SQS does. */
async function urlOf({ emulator }: Simulation, QueueName: string): Promise<{ readonly QueueUrl: string }> {
  return (await emulator.call('sqs', 'GetQueueUrl', { QueueName })) as { readonly QueueUrl: string };
}

import { describe, expect, test } from 'vitest';
import { type Duration, defineApp, defineQueue, defineTask, fixed, type Queue, RejectError } from '#lib';
import { type FaultRates, type Simulation, simulate } from '#lib/testing';
import { deadBodies, killWorker, messagesOf, published, put } from './simulated.ts';

const graveyard = defineQueue('graveyard');

/** The envelopes that lie in a queue. */
function lying(sim: Simulation, queue: Queue): readonly Record<string, unknown>[] {
  return messagesOf(sim, queue).map(({ body }) => JSON.parse(body));
}

describe('work → wait → work', () => {
  function createWorld(run: (attempt: number) => unknown, faults: FaultRates = {}) {
    const wait: Queue = defineQueue('wait', { expires: '5m', deadLetter: { to: () => work } });
    const work: Queue = defineQueue('work', { visibility: '1m', deadLetter: { to: wait, after: 50 } });
    const ran: string[] = [];
    const task = defineTask('task', {
      queue: work,
      retry: { attempts: 1, backoff: fixed('1s') },
      run(input: unknown, { now }) {
        ran.push(`${now().toISOString().slice(11, 19)} ${input}`);
        return run(ran.length);
      },
    });
    return { sim: simulate(defineApp('shop', { tasks: [task] }), { faults }), task, ran, wait, work };
  }

  test('runs a task that threw again after the wait, as often as it takes', async () => {
    const { sim, task, ran, wait, work } = createWorld((attempt) => {
      if (attempt < 4) throw new Error('not yet');
      return 'done';
    });

    const result = await sim.send(task('x'));
    await sim.advance('1h');

    expect(ran).toEqual(['00:00:00 x', '00:05:00 x', '00:10:00 x', '00:15:00 x']);
    expect(await result.get()).toBe('done');
    expect([...messagesOf(sim, wait), ...messagesOf(sim, work)]).toEqual([]);
  });

  test('counts each death by queue and reason', async () => {
    const { sim, task, wait } = createWorld(() => {
      throw new RejectError('no');
    });

    await sim.send(task('x'));
    await sim.advance('11m');

    expect(lying(sim, wait)).toMatchObject([
      {
        via: {
          headers: {
            'x-death': [
              { queue: 'work', reason: 'rejected', count: 3 },
              { queue: 'wait', reason: 'expired', count: 2 },
            ],
          },
        },
      },
    ]);
  });

  test('runs a task once a round where records are kept, under duplicates and lost acks', async () => {
    const faults = { duplicate: 0.2, loseAck: 0.1, loseAnswer: 0.1 };
    const { sim, task, ran, wait, work } = createWorld((attempt) => {
      if (attempt < 4) throw new RejectError('not yet');
    }, faults);

    await sim.send(task('x'));
    await sim.advance('3h');

    expect(ran).toHaveLength(4);
    expect([...messagesOf(sim, wait), ...messagesOf(sim, work)]).toEqual([]);
  });

  test('does not multiply by duplicates and lost acks, round after round', async () => {
    const faults = { duplicate: 0.2, loseAck: 0.1 };
    const { sim, task, wait, work } = createWorld(() => {
      throw new RejectError('never');
    }, faults);

    await sim.send(task('x'));
    await sim.advance('5h');

    // Where a duplicate overtakes what settles the first it goes round beside it; all of them would be
    // thousands by now.
    expect(messagesOf(sim, wait).length + messagesOf(sim, work).length).toBeLessThan(10);
  });
});

test.each<[string, string, boolean, Duration, string]>([
  ['which waits for it', 'wait', false, '2s', 'expired'],
  [
    'in which it ran, where it was refused there before and has waited since',
    'work',
    true,
    '302s',
    'crashed',
  ],
] as const)(
  'what kills its workers stays beside the queue %s: %s',
  async (_, place, refused, pause, reason) => {
    const wait: Queue = defineQueue('wait', { expires: '5m', deadLetter: { to: () => work } });
    const work: Queue = defineQueue('work', { visibility: '1m', deadLetter: { to: wait, after: 1 } });
    let runs = 0;
    const task = defineTask('task', {
      queue: work,
      run(_input, { sleep }) {
        runs += 1;
        if (refused && runs === 1) throw new RejectError('not now');
        return sleep('10s');
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    await sim.send(task());
    await sim.advance(pause);
    killWorker(sim, work);
    await sim.advance('1h');

    const dead = [wait, work].flatMap((queue) => sim.deadLetters(queue).map((letter) => letter.dead));
    expect(dead).toMatchObject([{ queue: place, reason }]);
    expect([...messagesOf(sim, wait), ...messagesOf(sim, work)]).toEqual([]);
  },
);

test('two queues that only wait for each other do not send a message round for ever', async () => {
  const left: Queue = defineQueue('left', { expires: '1m', deadLetter: { to: () => right } });
  const right: Queue = defineQueue('right', { expires: '1m', deadLetter: { to: left } });
  const sim = simulate(defineApp('shop', { queues: [left, right] }));

  await put(sim, left, published('m1', '', 'left', { input: 'x' }));
  await sim.advance('1h');

  expect([...messagesOf(sim, left), ...messagesOf(sim, right)]).toEqual([]);
  expect(sim.deadLetters(right)).toMatchObject([{ input: 'x', dead: { reason: 'expired' } }]);
});

test('a wait queue holds what comes without a delay of its own for its time, whoever sent it', async () => {
  const wait = defineQueue('wait', { expires: '5m', deadLetter: { to: graveyard } });
  const sim = simulate(defineApp('shop', { queues: [wait] }));

  await put(sim, wait, 'hello');
  await put(sim, wait, published('m2', '', 'wait', { input: 'short', expiresAt: 1_767_225_660_000 }));
  await sim.advance('299s');
  const early = lying(sim, graveyard);
  await sim.advance('10s');

  expect(early).toEqual([]);
  expect(
    lying(sim, graveyard)
      .map(({ input }) => input)
      .sort(),
  ).toEqual(['hello', 'short']);
  expect(deadBodies(sim, wait)).toEqual([]);
});

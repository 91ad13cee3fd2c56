/**
 * Calls under every fault at once: workers die before, during and after the run and the reply, messages and
 * replies come twice or in another order, AWS throttles, fails and loses its answers. Each call gets its own
 * answer, and no queue is left.
 */
import { expect, test } from 'vitest';
import { type Client, defineApp, defineQueue, defineTask, exponential } from '#lib';
import { ALL_FAULTS, simulate } from '#lib/testing';
import { seeds } from './seeds.ts';

// Crashes are many here and not what is tested: no call ends by them.
const SAFE = { visibility: '1m', deadLetter: { after: 100 } } as const;
const RETRY = { attempts: 100, backoff: exponential('1s', { max: '5s', jitter: true }) };
const queues = {
  work: defineQueue('work', SAFE),
  slim: defineQueue('slim', SAFE),
  ledger: defineQueue('ledger', { ...SAFE, ordered: (input: Input) => `group-${input.index % 7}` }),
};

interface Input {
  readonly index: number;
  readonly who: string;
}

const answer = ({ index, who }: Input) => `${who} ${index}`;
const tasks = [
  defineTask('recorded', { queue: queues.work, retry: RETRY, run: answer }),
  defineTask('stateless', { queue: queues.slim, retry: RETRY, result: false, run: answer }),
  defineTask('ordered', { queue: queues.ledger, retry: RETRY, run: answer }),
  defineTask('flaky', {
    queue: queues.work,
    retry: RETRY,
    run(input: Input, { attempt }) {
      if (attempt <= input.index % 3) throw new Error('not yet');
      return answer(input);
    },
  }),
  defineTask('failing', {
    queue: queues.work,
    retry: { attempts: 1 },
    run(input: Input): string {
      throw Object.assign(new Error(answer(input)), { code: 'OWN' });
    },
  }),
] as const;

/** What a call came to; a send that SQS refused again and again promised nothing, and says so. */
async function outcomeOf(client: Client, input: Input): Promise<string> {
  const task = tasks[input.index % tasks.length] ?? tasks[0];
  try {
    return await client.call(task(input), { timeout: '12h' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.code === 'OWN' ? error.message : String(error.code);
  }
}

async function storm(seed: number, callsEach: number) {
  const sim = simulate(defineApp('rpc', { tasks }), { seed, faults: ALL_FAULTS });
  const other = sim.connect();
  const inputs = ['one', 'two'].flatMap((who) =>
    Array.from({ length: callsEach }, (_, index) => ({ index, who })),
  );
  const outcomes = await Promise.all(
    inputs.map((input) => outcomeOf(input.who === 'one' ? sim : other, input)),
  );
  const wrong = inputs.flatMap((input, index) =>
    outcomes[index] === answer(input) || outcomes[index] === 'SEND_FAILED'
      ? []
      : [`${answer(input)}: ${outcomes[index]}`],
  );
  const refused = outcomes.filter((outcome) => outcome === 'SEND_FAILED').length;
  await other.close();
  await sim.close();
  const left = sim.emulator.services.sqs.snapshot().filter(({ name }) => name.includes('-reply-'));
  return { wrong, refused, left, faults: sim.faults() };
}

test('a thousand calls at once from two clients get their own answers', async () => {
  const { wrong, refused, left, faults } = await storm(1, 500);

  expect(wrong).toEqual([]);
  expect(refused).toBeLessThan(20);
  expect(left).toEqual([]);
  expect(Object.keys(faults).sort()).toEqual(Object.keys(ALL_FAULTS).sort());
});

test.each(seeds('rpc'))('with seed %d calls get their own answers, and no queue is left', async (seed) => {
  const { wrong, left } = await storm(seed, 20);

  expect(wrong).toEqual([]);
  expect(left).toEqual([]);
});

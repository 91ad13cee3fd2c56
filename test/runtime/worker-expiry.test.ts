import { describe, expect, test } from 'vitest';
import {
  bind,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  fixed,
  type QueueOptions,
} from '#lib';
import { simulate } from '#lib/testing';
import { deadBodies, messagesOf, published, put } from './simulated.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const news = defineExchange('news', { type: 'fanout' });

/** A queue whose worker is busy for so long: one message runs at a time, 10 s each. */
function createWorld(options: QueueOptions) {
  const line = defineQueue('line', { visibility: '3m', ...options });
  const ran: string[] = [];
  const slow = defineTask('slow', {
    queue: line,
    async run(input: unknown, { now, sleep }) {
      ran.push(`${now().toISOString().slice(14, 19)} ${input}`);
      await sleep('10s');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [slow] }));
  return { sim, line, slow, ran };
}

describe('a message of a task that waits too long', () => {
  test('in a queue with expires is revoked unrun, and dropped', async () => {
    const { sim, line, slow, ran } = createWorld({ ordered: true, expires: '15s' });

    const results = await Promise.all(['a', 'b', 'c'].map((input) => sim.send(slow(input))));
    await sim.advance('5m');

    expect(ran).toEqual(['00:00 a', '00:10 b']);
    expect(await Promise.all(results.map((result) => result.state()))).toEqual([
      'SUCCESS',
      'SUCCESS',
      'REVOKED',
    ]);
    expect([...messagesOf(sim, line), ...deadBodies(sim, line)]).toEqual([]);
  });

  test('is dead-lettered too, where its queue asks for that, and runs when redriven', async () => {
    const { sim, line, slow, ran } = createWorld({
      ordered: true,
      expires: '5s',
      deadLetter: { expired: true },
    });

    const [, second] = [await sim.send(slow('a')), await sim.send(slow('b'))];
    await sim.advance('1m');
    const state = await second.state();
    const dead = sim.deadLetters(line);
    await sim.redrive(line);
    await sim.advance('1m');

    expect(state).toBe('REVOKED');
    expect(dead).toMatchObject([{ id: second.id, generation: 1, dead: { reason: 'expired' } }]);
    expect(dead[0]).not.toHaveProperty('enteredAt');
    expect(ran).toEqual(['00:00 a', '01:00 b']);
    expect(await second.state()).toBe('SUCCESS');
  });

  test.each([
    ['the message’s', '1h', '5s'],
    ['the queue’s', '5s', '1h'],
  ] as const)('expires by the shorter of the two times: %s', async (_, queueExpires, expires) => {
    const { sim, slow, ran } = createWorld({ ordered: true, expires: queueExpires });

    await sim.send(slow('a'));
    await sim.send(slow('b', { expires }));
    await sim.advance('5m');

    expect(ran).toEqual(['00:00 a']);
  });
});

test('retries and deferrals do not make a message younger', async () => {
  const queue = defineQueue('work', { expires: '1m', deadLetter: { expired: true } });
  const task = defineTask('task', {
    queue,
    retry: { attempts: 10, backoff: fixed('25s') },
    run: () => {
      throw new Error('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  await sim.send(task());
  await sim.advance('10m');

  expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:25', '00:00:50']);
  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'expired', attempt: 3 } }]);
});

describe('a published message that has expired', () => {
  const audit = defineQueue('audit');

  test.each([
    ['dropped, in a queue that does not ask', {}, 0, 0],
    ['dead-lettered beside its queue, where that asks', { expired: true }, 1, 0],
    ['sent on where the dead letters go', { to: audit }, 0, 1],
    ['dropped there too, where the queue says so', { to: audit, expired: false }, 0, 0],
  ])('is %s', async (_, deadLetter, beside, sentOn) => {
    const queue = defineQueue('work', { deadLetter });
    const ran: unknown[] = [];
    const consumer = defineConsumer(queue, { run: ({ body }) => void ran.push(body) });
    const sim = simulate(defineApp('shop', { consumers: [consumer], queues: [audit] }));

    await put(sim, queue, published('m1', '', 'work', { input: 'old', expiresAt: START - 1 }));
    await put(sim, queue, published('m2', '', 'work', { input: 'new', expiresAt: START + 60_000 }));
    await sim.advance('1m');

    expect(ran).toEqual(['new']);
    expect(sim.deadLetters(queue)).toHaveLength(beside);
    expect(messagesOf(sim, audit)).toHaveLength(sentOn);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('for several takers dies once', async () => {
    const queue = defineQueue('work', { deadLetter: { expired: true } });
    const [one, two] = ['one', 'two'].map((name) => defineTask(name, { queue, run: () => 1 }));
    if (one === undefined || two === undefined) throw new Error('there are two');
    const app = defineApp('shop', { tasks: [one, two], bindings: [bind(news, one), bind(news, two)] });
    const sim = simulate(app);

    await put(sim, queue, published('m1', 'news', '', { expiresAt: START - 1 }));
    await sim.advance('1m');

    expect(sim.deadLetters(queue)).toMatchObject([{ id: 'm1', task: '', dead: { reason: 'expired' } }]);
    expect([...sim.attempts(one), ...sim.attempts(two)]).toEqual([]);
  });
});

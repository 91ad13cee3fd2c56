import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask } from '#lib';
import { type FaultRates, simulate } from '#lib/testing';
import { planExchanges } from '../../lib/define/exchange-topology.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { deadBodies, envelope, killWorker, messagesOf, published, put } from './simulated.ts';
import { NOW, stubPorts, stubQueues } from './world.ts';

const work = defineQueue('work', { visibility: '1m', deadLetter: { after: 20 } });
const orders = defineExchange('orders', { type: 'topic' });
const hashed = defineExchange('hashed', { type: 'topic', alternate: orders });
const bare = defineExchange('bare', { type: 'fanout' });

/** Two tasks and the consumer of one queue; `result` says whether the tasks keep records. */
function createWorld({ result = true, faults = {} }: { result?: boolean; faults?: FaultRates } = {}) {
  const ran: string[] = [];
  const ids = new Map<string, Set<string>>();
  const lines: string[] = [];
  const note = (who: string, input: unknown, id: string): void => {
    ran.push(`${who} ${input}`);
    ids.set(who, (ids.get(who) ?? new Set()).add(id));
  };
  const define = (name: string) =>
    defineTask(name, { queue: work, result, run: (input: unknown, { id }) => note(name, input, id) });
  const [charge, thank] = [define('charge'), define('thank')];
  const consumer = defineConsumer(work, { run: ({ body }, { id }) => note('consumer', body, id) });
  const app = defineApp('shop', {
    tasks: [charge, thank],
    consumers: [consumer],
    exchanges: [bare],
    bindings: [
      bind(orders, 'order.*.created', charge),
      bind(orders, 'order.eu.#', thank),
      bind(orders, 'note.#', work),
      bind(orders, 'order.both', work),
      bind(orders, 'order.both', thank),
      bind(hashed, '#.a.*.b.#', charge),
    ],
  });
  const sim = simulate(app, { faults, log: ({ message }) => void lines.push(message) });
  return { sim, app, ran, ids, lines };
}

describe('a published message', () => {
  test.each([
    ['one task', 'order.us.created', ['charge x']],
    ['several tasks', 'order.eu.created', ['charge x', 'thank x']],
    ['the queue’s consumer', 'note.1', ['consumer x']],
    ['a task and the consumer', 'order.both', ['consumer x', 'thank x']],
  ])('runs as %s that its key is for', async (_, key, expected) => {
    const { sim, ran } = createWorld();

    await put(sim, work, published('m1', 'orders', key, { input: 'x' }));
    await sim.settle();

    expect([...ran].sort()).toEqual(expected);
    expect(messagesOf(sim, work)).toEqual([]);
  });

  test('is for those that CC and BCC name, too', async () => {
    const { sim, ran } = createWorld();
    const via = { exchange: 'orders', key: 'none', headers: { CC: ['note.1'] }, bcc: ['order.us.created'] };

    await put(sim, work, published('m1', 'orders', 'none', { input: 'x', via }));
    await sim.settle();

    expect([...ran].sort()).toEqual(['charge x', 'consumer x']);
  });

  test('has an id of its own for each taker, which every copy of it has', async () => {
    const { sim, ids, ran } = createWorld({ result: false });

    for (let copy = 0; copy < 3; copy++)
      await put(sim, work, published('m1', 'orders', 'order.eu.created', { input: copy }));
    await sim.settle();

    const all = [...ids.values()].flatMap((set) => [...set]);
    expect(ran.length).toBe(2);
    expect(all).toHaveLength(2);
    expect(new Set(all).size).toBe(2);
    expect(all).not.toContain('m1');
  });

  const INPUTS = Array.from({ length: 20 }, (_, index) => `i${index}`);
  const EACH = INPUTS.flatMap((input) => [`charge ${input}`, `thank ${input}`]).sort();

  test('runs once a taker where records are kept, whatever of its split comes twice', async () => {
    const { sim, ran } = createWorld({ faults: { duplicate: 0.4, loseAck: 0.4, loseAnswer: 0.2 } });

    for (const input of INPUTS)
      await put(sim, work, published(input, 'orders', 'order.eu.created', { input }));
    await sim.advance('6h');

    expect([...ran].sort()).toEqual(EACH);
    expect(messagesOf(sim, work)).toEqual([]);
    expect(deadBodies(sim, work)).toEqual([]);
  });

  test.each([
    ['where records are kept', true],
    ['where none are', false],
  ])('reaches each taker, %s, although workers die in its split', async (_, result) => {
    const { sim, ran, ids } = createWorld({ result, faults: { crashBeforeSend: 0.2, crashAfterSend: 0.2 } });

    for (const input of INPUTS)
      await put(sim, work, published(input, 'orders', 'order.eu.created', { input }));
    await sim.advance('6h');

    expect([...new Set(ran)].sort()).toEqual(EACH);
    expect([...ids.values()].map((set) => set.size)).toEqual([INPUTS.length, INPUTS.length]);
    expect(messagesOf(sim, work)).toEqual([]);
    expect(deadBodies(sim, work)).toEqual([]);
  });

  test('keeps its way in the records and copies of its task', async () => {
    const { sim } = createWorld();
    const slow = defineTask('slow', { queue: work, run: (_: unknown, { sleep }) => sleep('5s') });
    const app = defineApp('shop', { tasks: [slow], bindings: [bind(orders, '#', slow)] });
    const other = simulate(app);

    await put(other, work, published('m1', 'orders', 'k', { input: 'x' }));
    await other.advance('1s');
    killWorker(other, work);
    await other.advance('61s');
    await put(other, work, published('m2', 'orders', 'k', { input: 'x' }));
    await other.advance('10m');

    expect(other.attempts(slow)).toHaveLength(3);
    expect(messagesOf(other, work)).toEqual([]);
    await sim.close();
  });

  test('of an exchange that is not known yet waits for a day, then is dead-lettered', async () => {
    const { sim, ran } = createWorld();

    await put(sim, work, published('m1', 'later', 'k', { input: 'x' }));
    await sim.advance('23h');
    const waiting = messagesOf(sim, work).map(({ body }) => JSON.parse(body));
    await sim.advance('2h');

    expect(waiting).toMatchObject([{ id: 'm1', via: { exchange: 'later' }, deferredSince: NOW }]);
    expect(sim.deadLetters(work)).toMatchObject([
      {
        id: 'm1',
        task: '',
        dead: {
          reason: 'unknown-exchange',
          error: { code: 'UNKNOWN_EXCHANGE', message: expect.stringContaining("exchange 'later'") },
        },
      },
    ]);
    expect(ran).toEqual([]);
  });

  test('that nobody here is bound for waits likewise, and its redrive is routed anew', async () => {
    const { sim, ran } = createWorld();

    await put(sim, work, published('m1', 'bare', 'k', { input: 'x' }));
    await sim.advance('25h');
    const [dead] = sim.deadLetters(work);
    await sim.redrive(work);
    await sim.advance('23h');

    expect(dead).toMatchObject({ dead: { reason: 'unroutable' }, via: { exchange: 'bare', key: 'k' } });
    expect(messagesOf(sim, work)).toHaveLength(1);
    expect(ran).toEqual([]);
  });

  test('in an event of EventBridge, as the dead-letter queue of a rule has it, is unwrapped', async () => {
    const { sim, ran } = createWorld();
    const message = published('m1', 'orders', 'note.1', { input: 'x' });

    await put(sim, work, { 'detail-type': 'message', source: 'orders', detail: { key: 'note.1', message } });
    await sim.settle();

    expect(ran).toEqual(['consumer x']);
  });

  test('that a filter let through for nobody is acked, with a line in the log', async () => {
    const { sim, app, ran, lines } = createWorld();

    await put(sim, work, published('m1', 'hashed', 'b.x.a', { input: 'x' }));
    await sim.settle();

    expect(planExchanges(app, 'dev').resources.rules.some(({ exact }) => !exact)).toBe(true);
    expect(messagesOf(sim, work)).toEqual([]);
    expect(ran).toEqual([]);
    expect(lines).toContain('matched by its filter alone');
  });

  test('that no filter of now lets through came by a binding that is gone, and is kept', async () => {
    const { sim, ran, lines } = createWorld();

    // Of the same exchange and queue as the one before, whose filter asks for three words, one of them 'b'.
    await put(sim, work, published('m1', 'hashed', 'was.bound', { input: 'x' }));
    await sim.advance('25h');

    expect(sim.deadLetters(work)).toMatchObject([{ dead: { reason: 'unroutable' } }]);
    expect(ran).toEqual([]);
    expect(lines).not.toContain('matched by its filter alone');
  });
});

test('a message for a consumer that is gone waits as one of an unknown task', async () => {
  const { sim, ran } = createWorld();

  await put(sim, work, envelope('m1', 'queue:other', { input: 1 }));
  await sim.advance('25h');

  expect(sim.deadLetters(work)).toMatchObject([{ dead: { reason: 'unknown-task' } }]);
  expect(ran).toEqual([]);
});

describe('the levels of a queue with priorities', () => {
  const ranked = defineQueue('ranked', { priorities: 3 });
  const never = defineTask('never', {
    queue: ranked,
    result: false,
    run: () => {
      throw new Error('no');
    },
  });
  const app = defineApp('shop', { tasks: [never] });
  const delivery = {
    messageId: 's1',
    receipt: 'r1',
    body: JSON.stringify(envelope('m1', 'never')),
    receiveCount: 1,
    firstReceivedAt: NOW,
  };
  const deadline = NOW + 60_000;

  test.each(['shop-dev-ranked', 'shop-dev-ranked-p1', 'shop-dev-ranked-p2'])(
    'are worked off by its worker, and a retry stays where it is: %s',
    async (queueName) => {
      const queues = stubQueues();
      const worker = createWorker(app, 'dev', stubPorts(queues));

      const back = await worker.handle({ queueName, deliveries: [delivery], deadline });

      expect(back).toEqual([]);
      expect(queues.calls.map((call) => call.queueName)).toEqual([queueName]);
    },
  );

  test('are as many as it has: another name is refused', async () => {
    const worker = createWorker(app, 'dev', stubPorts(stubQueues()));

    const handled = worker.handle({ queueName: 'shop-dev-ranked-p3', deliveries: [delivery], deadline });

    await expect(handled).rejects.toMatchObject({
      code: 'UNKNOWN_QUEUE',
      message: "this worker's app 'shop' has no queue 'shop-dev-ranked-p3' in stage 'dev'",
    });
  });
});

import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask, type Queue } from '#lib';
import { DefinitionError } from '../../lib/errors.ts';

const run = (): void => {};
const all = defineExchange('all', { type: 'fanout' });
const steps = defineExchange('steps', { type: 'fanout', ordered: true });
const fifo = defineQueue('fifo', { ordered: true });
const plain = defineQueue('plain');
const byTenant = (message: { tenant: string }) => message.tenant;

/** Code, path and message of everything that is wrong. */
function problemsOf(define: () => unknown): readonly { code: string; path: string; message: string }[] {
  try {
    define();
  } catch (error) {
    if (error instanceof DefinitionError && 'problems' in error) return error.problems as never;
    throw error;
  }
  return [];
}

function expectProblem(define: () => unknown, code: string, path: string, message: string): void {
  expect(problemsOf(define)).toEqual([{ code, path, message: expect.stringContaining(message) }]);
}

describe('order', () => {
  test('an ordered queue takes messages of ordered exchanges only', () => {
    const define = () => defineApp('shop', { bindings: [bind(all, fifo)] });

    expectProblem(define, 'ORDER_MISSING', 'bindings.all.fifo', 'make the exchange ordered too');
  });

  test('a task is as ordered as its queue', () => {
    const task = defineTask('book', { queue: fifo, run });
    const define = () => defineApp('shop', { bindings: [bind(all, task)] });

    expectProblem(define, 'ORDER_MISSING', 'bindings.all.book', "queue 'fifo' is ordered");
  });

  test('an ordered exchange leads to ordered queues only', () => {
    const define = () => defineApp('shop', { bindings: [bind(steps, plain)] });

    expectProblem(define, 'ORDER_LOST', 'bindings.steps.plain', 'the order would end there');
  });

  test('an ordered exchange does not lead to an exchange without order', () => {
    const define = () => defineApp('shop', { bindings: [bind(steps, all)] });

    expectProblem(define, 'ORDER_LOST', 'bindings.steps.all', "exchange 'all' is not");
  });

  test('an alternate exchange is as ordered as the exchange', () => {
    const other = defineExchange('other', { type: 'direct', ordered: true, alternate: all });
    const define = () => defineApp('shop', { exchanges: [other] });

    expectProblem(define, 'ORDER_LOST', 'exchanges.other.alternate', 'make both ordered, or neither');
  });

  test('what is ordered from end to end is fine', () => {
    expect(problemsOf(() => defineApp('shop', { bindings: [bind(steps, fifo)] }))).toEqual([]);
  });
});

describe('takers of one ordered queue', () => {
  const events = defineExchange('events', { type: 'topic', ordered: true });
  const one = defineTask('one', { queue: fifo, run });
  const two = defineTask('two', { queue: fifo, run });

  test('two tasks may not take the same message', () => {
    const define = () =>
      defineApp('shop', { bindings: [bind(events, 'a.#', one), bind(events, '#.z', two)] });

    expectProblem(define, 'ORDERED_TAKERS_OVERLAP', 'bindings.events.two', "task 'one' and task 'two'");
  });

  test('a task and the queue itself may not take the same message', () => {
    const define = () =>
      defineApp('shop', { bindings: [bind(events, 'a.*', one), bind(events, 'a.b', fifo)] });

    expectProblem(define, 'ORDERED_TAKERS_OVERLAP', 'bindings.events.fifo', 'exclude each other');
  });

  test('patterns that exclude each other are fine, and so is one task that is bound twice', () => {
    const bindings = [bind(events, 'a.#', one), bind(events, 'b.#', two), bind(events, 'a.b', one)];

    expect(problemsOf(() => defineApp('shop', { bindings }))).toEqual([]);
  });

  test('a way over other exchanges counts', () => {
    const bindings = [bind(events, 'a.#', one), bind(steps, two), bind(events, 'a.b', steps)];

    expectProblem(
      () => defineApp('shop', { bindings }),
      'ORDERED_TAKERS_OVERLAP',
      'bindings.events.two',
      "exchange 'events'",
    );
  });

  test('the alternate of an exchange takes only its rest, so both may lead to one queue', () => {
    const rest = defineExchange('rest', { type: 'fanout', ordered: true });
    const main = defineExchange('main', { type: 'topic', ordered: true, alternate: rest });
    const bindings = [bind(main, 'a.#', one), bind(rest, two)];

    expect(problemsOf(() => defineApp('shop', { bindings }))).toEqual([]);
  });

  test('the alternate of an exchange further on may take what another way took already', () => {
    const rest = defineExchange('rest', { type: 'fanout', ordered: true });
    const further = defineExchange('further', { type: 'direct', ordered: true, alternate: rest });
    const main = defineExchange('main', { type: 'topic', ordered: true });
    const bindings = [bind(main, 'a.#', one), bind(main, '#', further), bind(rest, two)];

    expectProblem(
      () => defineApp('shop', { bindings }),
      'ORDERED_TAKERS_OVERLAP',
      'bindings.main.two',
      "exchange 'main'",
    );
  });

  test('on a standard queue both may take it, as copies', () => {
    const both = ['one', 'two'].map((name) => defineTask(name, { queue: plain, run }));

    const bindings = both.map((task) => bind(all, task));

    expect(problemsOf(() => defineApp('shop', { bindings }))).toEqual([]);
  });
});

describe('fair queues', () => {
  test('two functions on one exchange are refused', () => {
    const first = defineQueue('first', { fairBy: byTenant });
    const second = defineQueue('second', { fairBy: (message: { user: string }) => message.user });
    const define = () =>
      defineApp('shop', { bindings: [bind(all, first), bind(all, second), bind(all, plain)] });

    expectProblem(define, 'FAIR_BY_DISAGREES', 'queues.second.fairBy', "queues 'first' and 'second'");
  });

  test('one function for several queues of an exchange is fine', () => {
    const fair = ['first', 'second'].map((name) => defineQueue(name, { fairBy: byTenant }));

    expect(problemsOf(() => defineApp('shop', { bindings: fair.map((queue) => bind(all, queue)) }))).toEqual(
      [],
    );
  });

  test('EventBridge gives no groups', () => {
    const fair = defineQueue('fair', { fairBy: byTenant });
    const events = defineExchange('events', { type: 'topic' });
    const define = () => defineApp('shop', { bindings: [bind(all, events), bind(events, 'a.#', fair)] });

    expect(problemsOf(define).map(({ code, path }) => [code, path])).toEqual([
      ['FAIR_OVER_EVENTBRIDGE', 'queues.fair.fairBy'],
      ['FAIR_OVER_EVENTBRIDGE', 'queues.fair.fairBy'],
    ]);
  });
});

describe('dead letters and waiting', () => {
  test('dead letters may go to an internal exchange, as in RabbitMQ: no client publishes them', () => {
    const graveyard = defineExchange('graveyard', { type: 'fanout', internal: true });
    const work = defineQueue('work', { deadLetter: { to: graveyard } });

    const app = defineApp('shop', { queues: [work] });

    expect(app.exchanges).toEqual([graveyard]);
  });

  test('a function that returns no target is told so', () => {
    const queue = defineQueue('work', { deadLetter: { to: () => JSON.parse('null') } });
    const define = () => defineApp('shop', { queues: [queue] });

    expectProblem(define, 'INVALID_DEAD_LETTER_TARGET', 'queues.work.deadLetter.to', 'defineQueue');
  });

  test('a wait queue waits for 15 minutes at most; with a consumer it is none', () => {
    const waiting = defineQueue('wait', { expires: '1h', deadLetter: { to: plain } });
    const consumer = defineConsumer(waiting, { run });

    expectProblem(
      () => defineApp('shop', { queues: [waiting] }),
      'WAIT_TOO_LONG',
      'queues.wait.expires',
      "SQS delays at most '15m'",
    );
    expect(problemsOf(() => defineApp('shop', { consumers: [consumer] }))).toEqual([]);
  });

  test('an internal exchange has no archive, since nothing enters there', () => {
    const hidden = defineExchange('hidden', { type: 'topic', internal: true, archive: '3d' });
    const define = () => defineApp('shop', { exchanges: [hidden] });

    expectProblem(define, 'ARCHIVE_OF_INTERNAL', 'exchanges.hidden.archive', 'would stay empty');
  });

  test('a binding to what is not there yet, as where modules import each other, is told so', () => {
    const define = () => defineApp('shop', { bindings: [bind(all, undefined as unknown as Queue)] });

    expectProblem(define, 'INVALID_BINDING', 'bindings.all.?', 'leads to no task, queue or exchange');
  });

  test.each(['{"name":"x"}', 'null'])('an alternate that is no exchange is told so: %s', (given) => {
    const wrong = defineExchange('wrong', { type: 'direct', alternate: JSON.parse(given) });

    expectProblem(
      () => defineApp('shop', { exchanges: [wrong] }),
      'INVALID_ALTERNATE',
      'exchanges.wrong.alternate',
      'defineExchange',
    );
  });
});

test("a queue's name does not end like a level of priority", () => {
  const define = () => defineApp('shop', { queues: [defineQueue('mail-p1'), defineQueue('mail-p10')] });

  expectProblem(define, 'RESERVED_NAME', 'queues.mail-p1', "'-p' and a digit");
});

test('everything that is wrong is said at once', () => {
  const define = () =>
    defineApp('shop', {
      bindings: [bind(all, fifo), bind(steps, plain)],
      queues: [defineQueue('wait', { expires: '1h', deadLetter: { to: plain } })],
    });

  expect(problemsOf(define).map(({ path }) => path)).toEqual([
    'queues.wait.expires',
    'bindings.all.fifo',
    'bindings.steps.plain',
  ]);
});

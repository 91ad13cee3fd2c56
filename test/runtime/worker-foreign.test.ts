import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import { bury, deadBodies, envelope, messagesOf, put } from './simulated.ts';

const standard = defineQueue('work');
const ordered = defineQueue('line', { ordered: true });
const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;

const QUEUES = [
  ['standard', standard],
  ['ordered', ordered],
] as const;

function createWorld(queue = standard) {
  const ran: unknown[] = [];
  const run = (input: unknown) => void ran.push(input);
  const known = defineTask('known', { queue, aliases: ['old.name', 'older.name'], run });
  const sim = simulate(defineApp('shop', { tasks: [known], workflows: false }));
  return { sim, ran, known };
}

describe.each(QUEUES)('on a %s queue', (_kind, queue) => {
  test.each([
    ['text', 'hello', 'the body is not JSON'],
    ['somebody else’s JSON', '{"Records":[]}', "the body is not an envelope (no member 'celeriac')"],
    ['an envelope without an id', '{"celeriac":1,"task":"known","sentAt":1}', "the envelope's id is missing"],
    [
      'an envelope with a wrong member',
      '{"celeriac":1,"id":"x","task":"known","sentAt":1,"attempt":"2"}',
      "the envelope's attempt is no number",
    ],
    [
      'an envelope of no task',
      '{"celeriac":1,"id":"x","task":"","sentAt":1}',
      "the envelope's task is empty",
    ],
  ])('a body that is no envelope is dead-lettered as it is: %s', async (_name, body, why) => {
    const { sim, ran } = createWorld(queue);

    await put(sim, queue, body);
    await sim.advance('1h');

    expect(ran).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        input: body,
        dead: { reason: 'malformed', queue: queue.name, error: { code: 'MALFORMED_MESSAGE', message: why } },
      },
    ]);
  });

  test('a redriven dead letter with a raw body is read anew, and its task runs', async () => {
    const { sim, ran } = createWorld(queue);
    const raw = JSON.stringify(envelope('m1', 'known', { input: 'read at last' }));
    const dead = { reason: 'malformed', at: NOW, queue: queue.name, attempt: 0 };

    await bury(sim, queue, envelope('m2', '', { input: raw, generation: 1, dead }));
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(ran).toEqual(['read at last']);
    expect(deadBodies(sim, queue)).toEqual([]);
  });

  test('a redriven dead letter that still cannot be read comes back with the same raw body', async () => {
    const { sim } = createWorld(queue);

    await put(sim, queue, 'hello');
    await sim.advance('1m');
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(sim.deadLetters(queue)).toMatchObject([
      {
        input: 'hello',
        generation: 2,
        history: [
          { kind: 'dead', generation: 0, reason: 'malformed' },
          { kind: 'dead', generation: 1, reason: 'malformed' },
        ],
        dead: { reason: 'malformed' },
      },
    ]);
  });

  test.each([
    ['of an unknown task', envelope('m1', 'unheard'), 'unknown-task', 'UNKNOWN_TASK', "task 'unheard'"],
    [
      'of a newer version',
      envelope('m1', 'known', { celeriac: 2, next: true }),
      'unknown-version',
      'UNKNOWN_VERSION',
      'its envelope has version 2',
    ],
  ])('a message %s waits for a day, then is dead-lettered', async (_name, body, reason, code, text) => {
    const { sim, ran } = createWorld(queue);

    await put(sim, queue, body);
    await sim.advance('23h');
    const waiting = messagesOf(sim, queue).length;
    const early = deadBodies(sim, queue).length;
    await sim.advance('90m');

    const [dead] = sim.deadLetters(queue);
    expect({ waiting, early }).toEqual({ waiting: 1, early: 0 });
    expect(dead?.dead).toMatchObject({ reason, error: { code, message: expect.stringContaining(text) } });
    expect(dead?.dead?.at).toBeGreaterThan(NOW + DAY);
    expect(ran).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test.each([
    ['of an unknown task', envelope('m1', 'unheard')],
    ['of a newer version', envelope('m1', 'known', { celeriac: 2 })],
  ])('a message %s that is redriven after a week waits for another day', async (_name, body) => {
    const { sim } = createWorld(queue);
    await put(sim, queue, body);
    await sim.advance('7d');

    await sim.redrive(queue);
    await sim.advance('23h');
    const waiting = deadBodies(sim, queue).length;
    await sim.advance('90m');

    expect(waiting).toBe(0);
    expect(deadBodies(sim, queue)).toHaveLength(1);
  });

  test.each([
    ['an unknown task', envelope('m1', 'unheard')],
    ['a newer version', envelope('m1', 'known', { celeriac: 2 })],
  ])('waiting for %s costs few receives', async (_name, body) => {
    const { sim } = createWorld(queue);

    await put(sim, queue, body);
    await sim.advance('12h');

    const receives = sim.emulator.trace.entries({ service: 'sqs', operation: 'receive' }).length;
    expect(receives).toBeLessThan(12 * 4 + 10);
  });

  test.each(['old.name', 'older.name'])('a message under the alias %s runs', async (alias) => {
    const { sim, ran, known } = createWorld(queue);

    await put(sim, queue, envelope('m1', alias, { input: 1 }));
    await sim.settle();

    expect(ran).toEqual([1]);
    expect(sim.attempts(known)).toHaveLength(1);
  });
});

test('a task that is defined without a handler waits for a worker that has one', async () => {
  const contract = defineTask('contract', { queue: standard, input: createAnything() });
  const known = defineTask('known', { queue: standard, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [contract, known] }));

  await sim.send(contract(1));
  await sim.advance('1h');

  expect(messagesOf(sim, standard)).toHaveLength(1);
  const body = JSON.parse(messagesOf(sim, standard)[0]?.body ?? '');
  expect(body).toMatchObject({ task: 'contract', deferredSince: NOW });
  expect(body).not.toHaveProperty('attempt');
});

test('a deferral is no attempt, and does not hold up those behind it', async () => {
  const { sim, ran, known } = createWorld();

  await put(sim, standard, envelope('m1', 'unheard'));
  await sim.send(known('next'));
  await sim.advance('10m');

  expect(ran).toEqual(['next']);
  expect(JSON.parse(messagesOf(sim, standard)[0]?.body ?? '')).toMatchObject({ id: 'm1', deferrals: 6 });
});

test('a message of a newer version keeps what this worker does not understand while it waits', async () => {
  const { sim } = createWorld();

  await put(sim, standard, envelope('m1', 'known', { celeriac: 7, input: { a: 1 }, lane: 'fast' }));
  await sim.advance('1h');

  expect(JSON.parse(messagesOf(sim, standard)[0]?.body ?? '')).toMatchObject({
    celeriac: 7,
    id: 'm1',
    task: 'known',
    input: { a: 1 },
    lane: 'fast',
  });
});

function createAnything() {
  return {
    '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
  } as const;
}

test('a task that nobody has known for a day has failed: whoever waits for it is told', async () => {
  const contract = defineTask('contract', { queue: standard, input: createAnything() });
  const known = defineTask('known', { queue: standard, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [contract, known] }));

  const result = await sim.send(contract(1));
  await sim.advance('26h');

  expect(sim.deadLetters(standard)).toMatchObject([{ id: result.id, dead: { reason: 'unknown-task' } }]);
  await expect(result.get()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message:
      `task 'contract' (${result.id}) failed (unknown-task): CeleriacError: no worker of this queue has ` +
      "known task 'contract' for 24 h",
  });
});

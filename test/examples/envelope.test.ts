/**
 * docs/envelope.schema.json against the messages that are really in the queues, and against what workers
 * take.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineApp, defineQueue, defineTask, fixed, RejectError } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import type { DeadReason, Message } from '../../lib/core/message.ts';

const SCHEMA = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/envelope.schema.json'), 'utf8'));
/** Readers must ignore unknown members; a test wants to hear of each that is not described. */
const strict = z.fromJSONSchema(withoutExtras(SCHEMA));

// The compiler keeps these complete.
const MEMBERS: Readonly<Record<keyof Message, true>> = {
  id: true,
  task: true,
  input: true,
  blob: true,
  via: true,
  workflow: true,
  replyTo: true,
  correlationId: true,
  generation: true,
  attempt: true,
  deferrals: true,
  deferredSince: true,
  wait: true,
  priority: true,
  force: true,
  ignoreResult: true,
  timeLimit: true,
  crashes: true,
  hops: true,
  sentAt: true,
  expiresAt: true,
  enteredAt: true,
  claim: true,
  group: true,
  headers: true,
  history: true,
  dead: true,
};
const REASONS: Readonly<Record<DeadReason, true>> = {
  rejected: true,
  'attempts-exhausted': true,
  'not-retryable': true,
  'invalid-input': true,
  'invalid-result': true,
  crashed: true,
  'unknown-task': true,
  'unknown-version': true,
  malformed: true,
  'worker-error': true,
  expired: true,
  'unknown-exchange': true,
  unroutable: true,
  'payload-lost': true,
};

const work = defineQueue('work');
const ledger = defineQueue('ledger', { ordered: (input: { account: string }) => input.account });
const plain = defineTask('plain', { queue: work, run: (input: unknown) => input });
const failing = defineTask('failing', {
  queue: work,
  retry: { attempts: 3, backoff: fixed('5m') },
  run: () => {
    throw new Error('not yet', { cause: new TypeError('inner') });
  },
});
const refusing = defineTask('refusing', {
  queue: work,
  run: () => {
    throw new RejectError('never');
  },
});
const booked = defineTask('booked', { queue: ledger, run: (_: { account: string }) => 'booked' });
const app = defineApp('letters', { tasks: [plain, failing, refusing, booked] });

test.each<[string, (sim: Simulation) => Promise<unknown>, readonly string[]]>([
  ['waits', (sim) => sim.send(plain({ a: [1, null, 'x'] }, { delay: '10m' })), ['input']],
  [
    'expires and has headers',
    (sim) => sim.send(plain(1, { delay: '10m', expires: '1h', headers: { from: 'test' } })),
    ['expiresAt', 'headers'],
  ],
  ['has failed before', (sim) => sim.send(failing()), ['attempt', 'history']],
  ['was given up', (sim) => sim.send(refusing()), ['generation', 'dead', 'history', 'claim']],
])('a message that %s is as the schema says', async (_, send, members) => {
  const sim = simulate(app);

  await send(sim);
  await sim.settle();

  const [body] = bodies(sim);
  expect(strict.safeParse(body)).toMatchObject({ success: true });
  expect(Object.keys(body ?? {})).toEqual(expect.arrayContaining(['celeriac', 'id', ...members]));
});

test('an ordered message carries its group', async () => {
  const sim = simulate(app, { faults: { crashBeforeRun: 1 } });

  await sim.send(booked({ account: 'a1' }));
  await sim.settle();

  expect(bodies(sim)).toMatchObject([{ group: 'a1' }]);
  expect(strict.safeParse(bodies(sim)[0])).toMatchObject({ success: true });
});

test('the schema describes every member of a message and every reason of a death', () => {
  expect(Object.keys(SCHEMA.properties).sort()).toEqual(['celeriac', ...Object.keys(MEMBERS)].sort());
  expect(SCHEMA.properties.dead.properties.reason.enum).toEqual(Object.keys(REASONS));
});

test.each([
  ['no id', { celeriac: 1, task: 'plain', sentAt: 0 }],
  ['a version from elsewhere', { celeriac: 'one', id: 'a', task: 'plain', sentAt: 0 }],
  ['a count that is text', { celeriac: 1, id: 'a', task: 'plain', sentAt: 0, attempt: '1' }],
  ['headers that are a list', { celeriac: 1, id: 'a', task: 'plain', sentAt: 0, headers: [] }],
])('the schema refuses %s, and so does a worker', async (_, body) => {
  const sim = simulate(app);

  await put(sim, body);

  expect(strict.safeParse(body).success).toBe(false);
  expect(sim.attempts(plain)).toEqual([]);
});

test('a message written by hand as the schema shows it is worked off', async () => {
  const sim = simulate(app);
  const [example] = SCHEMA.examples;

  await put(sim, { ...example, task: 'plain' });

  expect(strict.safeParse(example)).toMatchObject({ success: true });
  expect(sim.attempts(plain)).toEqual(['00:00:00']);
  expect(bodies(sim)).toEqual([]);
});

/** Sends a body as another program would. */
async function put(sim: Simulation, body: unknown): Promise<void> {
  await sim.settle();
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/letters-dev-work';
  await sim.emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(body) });
  await sim.settle();
}

/** What lies in the queues of work and of dead letters. */
function bodies(sim: Simulation): readonly Record<string, unknown>[] {
  return sim.emulator.services.sqs
    .snapshot()
    .flatMap((queue) => queue.messages.map((message) => JSON.parse(message.body)));
}

function withoutExtras(schema: unknown): never {
  const closed = JSON.stringify(schema, (key, value) =>
    value?.properties !== undefined && key !== 'properties'
      ? { ...value, additionalProperties: false }
      : value,
  );
  return JSON.parse(closed) as never;
}

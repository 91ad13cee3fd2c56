import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, type Signature } from '#lib';
import { sentAtOf } from '../../lib/core/id.ts';
import { parseMessage } from '../../lib/core/message.ts';
import { compose } from '../../lib/runtime/compose.ts';
import { NOW } from './world.ts';

/** A schema that takes { sku, count } and complains about anything else. */
const Order: Schema<{ sku: string; count: string }, { sku: string; count: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { sku, count } = value as { sku?: unknown; count?: unknown };
      if (typeof sku === 'string') return { value: { sku, count: Number(count) } };
      return { issues: [{ message: 'expected a string', path: ['items', { key: 0 }, 'sku'] }] };
    },
  },
};

const ledger = defineQueue('ledger', { ordered: (input: { account: string }) => input.account });
const single = defineQueue('single', { ordered: true });
const ship = defineTask('ship', { input: Order, run: () => 1 });
const note = defineTask('note', { run: (_input: unknown) => 1 });
const book = defineTask('book', { queue: ledger, run: (_input: { account: string }) => 1 });
const count = defineTask('count', { queue: single, run: () => 1 });
const app = defineApp('shop', { tasks: [ship, note, book, count] });
const space = { app: 'shop', stage: 'dev' };

const composed = (signature: Signature, hops = 0) =>
  compose({ app, space, now: NOW, chance: () => 0.5, hops }, signature);

async function message(signature: Signature, hops = 0) {
  const parsed = parseMessage((await composed(signature, hops)).outgoing.body);
  if (parsed.kind !== 'message') throw new Error(parsed.kind);
  return parsed.message;
}

describe('a message', () => {
  test('carries what was given, not what the schema made of it', async () => {
    expect(await message(ship({ sku: 'tea', count: '3' }))).toMatchObject({
      task: 'ship',
      input: { sku: 'tea', count: '3' },
    });
  });

  test('has an id of its own that tells when it was sent, and for whom', async () => {
    const { id, sentAt } = await message(note());

    expect(sentAt).toBe(NOW);
    expect(sentAtOf(space, id)).toBe(NOW);
    expect(sentAtOf({ app: 'shop', stage: 'prod' }, id)).toBeUndefined();
  });

  test('of a plain call is small', async () => {
    const { outgoing } = await composed(note());

    expect(Object.keys(JSON.parse(outgoing.body))).toEqual(['celeriac', 'id', 'task', 'sentAt']);
  });

  test('carries headers, hops and the time after which it is not run any more', async () => {
    const signature = note('hello', { headers: { trace: 't1' }, expires: '90s' });

    expect(await message(signature, 7)).toMatchObject({
      headers: { trace: 't1' },
      hops: 7,
      expiresAt: NOW + 90_000,
    });
  });

  test.each([
    ['delay', { delay: '1500ms' }, 2],
    ['the longest delay', { delay: '15m' }, 900],
    ['no delay', { delay: '0s' }, undefined],
    ['a time', { at: new Date(NOW + 600_000) }, 600],
    ['a time that is past', { at: new Date(NOW - 600_000) }, undefined],
    ['nothing', {}, undefined],
  ] as const)('is delayed by whole seconds: %s', async (_name, options, seconds) => {
    const { outgoing } = await composed(note('x', options));

    expect(outgoing.delaySeconds).toBe(seconds);
  });

  test('goes to the queue of its task', async () => {
    expect((await composed(note())).queueName).toBe('shop-dev-default');
    expect((await composed(count())).queueName).toBe('shop-dev-single.fifo');
  });

  test.each([
    ['what the queue makes of the input', book({ account: 'a1' }), 'a1'],
    ['what the send says', book({ account: 'a1' }, { group: 'mine' }), 'mine'],
    ['one for all', count(), 'all'],
  ])('of an ordered queue has a group: %s', async (_name, signature, group) => {
    const { outgoing } = await composed(signature);

    expect(outgoing.group).toBe(group);
    expect(await message(signature)).toMatchObject({ group });
  });

  test('of an ordered queue is the same message however often this send is repeated', async () => {
    const { id, outgoing } = await composed(count());

    expect(outgoing.deduplication).toBe(`${id}-0-0-0`);
  });

  test('of a standard queue has neither group nor deduplication', async () => {
    const { outgoing } = await composed(note('x'));

    expect(Object.keys(outgoing)).toEqual(['body']);
  });
});

describe('refused with a code and a text that helps is', () => {
  const elsewhere = defineTask('elsewhere', { run: () => 1 });
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const anything = note as (input?: unknown, options?: object) => Signature;

  test.each([
    [
      'a group on a standard queue',
      note('x', { group: 'mine' }),
      'GROUP_ON_STANDARD_QUEUE',
      "task 'note': group is 'mine', but queue 'default' is not ordered and keeps no groups; drop group",
    ],
    [
      'two times',
      note('x', { delay: '10s', at: new Date(NOW) }),
      'INVALID_TIME',
      "task 'note': delay and at both say when it runs; give one of them",
    ],
    [
      'a task of another app',
      elsewhere(),
      'UNKNOWN_TASK',
      "app 'shop' has no task 'elsewhere'; add it to defineApp (known: ship, note, book, count)",
    ],
    [
      'an input that the schema does not take',
      ship({ count: '1' } as never),
      'INVALID_INPUT',
      "task 'ship' does not take this input: items.0.sku: expected a string",
    ],
    [
      'a Map',
      anything({ list: [new Map()] }),
      'INPUT_NOT_JSON',
      "task 'note': input.list[0] is Map, which JSON does not bring back; send plain data",
    ],
    ['a bigint', anything({ big: 1n }), 'INPUT_NOT_JSON', "task 'note': input.big is bigint"],
    ['undefined in a list', anything([undefined]), 'INPUT_NOT_JSON', "task 'note': input[0] is undefined"],
    ['a cycle', anything(cycle), 'INPUT_NOT_JSON', "task 'note': input.self is a cycle"],
    [
      'what is larger than SQS takes',
      anything('ø'.repeat(491_520)),
      'MESSAGE_TOO_LARGE',
      "task 'note': the message is larger than 960 KiB (SQS takes 1 MiB in all); send a reference",
    ],
    [
      'a delay of more than 15 minutes',
      note('x', { delay: '901s' }),
      'DELAY_TOO_LONG',
      "task 'note': a delay of 901 s is longer than SQS's '15m'",
    ],
    [
      'a time in more than 15 minutes',
      note('x', { at: new Date(NOW + 3_600_000) }),
      'DELAY_TOO_LONG',
      "task 'note': a delay of 3600 s is longer than SQS's '15m'",
    ],
    [
      'a time that is none',
      note('x', { at: new Date('tomorrow') }),
      'INVALID_TIME',
      "task 'note': at is an invalid date",
    ],
    [
      'a delay on an ordered queue',
      count(undefined, { delay: '1s' }),
      'DELAY_ON_ORDERED_QUEUE',
      "task 'count': queue 'single' is ordered, and SQS delays no single message of an ordered queue",
    ],
    [
      'an empty group',
      book({ account: '' }),
      'INVALID_GROUP',
      "task 'book': the message group '' is not 1 to 128 letters, digits and punctuation (SQS)",
    ],
    ['a group with a space', book({ account: 'a b' }), 'INVALID_GROUP', "the message group 'a b' is not"],
    ['a long group', book({ account: 'a'.repeat(129) }), 'INVALID_GROUP', 'is not 1 to 128 letters'],
    [
      'a group of another type',
      book({ account: 7 as never }),
      'INVALID_GROUP',
      "the message group '7' is not",
    ],
  ])('%s', async (_name, signature, code, text) => {
    await expect(composed(signature)).rejects.toMatchObject({
      name: 'SendError',
      code,
      message: expect.stringContaining(text),
    });
  });

  test.each([
    ['delay', { delay: '10 minutes' }],
    ['expires', { expires: 'soon' }],
  ])('%s that is no duration', async (_name, options) => {
    await expect(composed(anything('x', options))).rejects.toMatchObject({
      code: 'INVALID_DURATION',
      message: expect.stringContaining('is no duration; write a number and ms, s, m, h or d'),
    });
  });

  test('the hundred and first task that tasks have sent each other', async () => {
    await expect(composed(note(), 100)).resolves.toBeDefined();
    await expect(composed(note(), 101)).rejects.toMatchObject({
      code: 'TOO_MANY_HOPS',
      message:
        "task 'note': 101 tasks have sent each other on, at most 100 may; " +
        'tasks seem to call each other in a circle',
    });
  });

  test('no message that just fits', async () => {
    const { outgoing } = await composed(anything('a'.repeat(982_900)));

    expect(Buffer.byteLength(outgoing.body)).toBeLessThanOrEqual(983_040);
  });
});

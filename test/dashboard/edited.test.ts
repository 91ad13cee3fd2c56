/** An input that is edited by somebody who does not see its secrets. */
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { toFailure } from '../../lib/dashboard/api/failure.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import { refused, shop, charge as strict } from './desk-shop.ts';
import { createDeskWorld } from './desk-world.ts';

interface Order {
  readonly id: string;
  readonly card?: { readonly number: string };
  readonly note?: string;
  readonly items?: readonly { readonly name: string; readonly key: string }[];
}

const CARD = '4711081547110815';
const given: Order[] = [];
const charge = defineTask('charge', {
  retry: { attempts: 1 },
  redact: ['card.number', 'items.*.key'],
  run(order: Order) {
    given.push(order);
    if (order.id === 'bad') throw new TypeError('declined');
    return order.id;
  },
});
const login = defineTask('login', {
  retry: { attempts: 1 },
  redact: true,
  run: (user: string) => {
    if (user === 'hunter2') throw new TypeError('refused');
    return user;
  },
});
const greeted: object[] = [];
const greet = defineTask('greet', {
  retry: { attempts: 1 },
  run(visitor: { readonly name: string; readonly with: string }) {
    greeted.push(visitor);
    if (visitor.name === 'ann') throw new TypeError('not at home');
    return visitor.name;
  },
});
const app = defineApp('shop', { tasks: [charge, login, greet] });
const order: Order = {
  id: 'bad',
  card: { number: CARD },
  items: [
    { name: 'tea', key: 'key of tea' },
    { name: 'milk', key: 'key of milk' },
  ],
};

afterEach(() => {
  given.length = 0;
  greeted.length = 0;
});

describe.each(['retry', 'redrive'] as const)('a %s with an edited input', (how) => {
  test('has the secrets where they were, though the editor has not seen them', async () => {
    await using world = await createDeskWorld(app);
    const { id } = await world.sim.send(charge(order));
    await world.sim.advance('1m');
    const { input = '' } = await world.desk.run(id);

    await again(world, how, id, input.replace('"bad"', '"good"'));
    await world.sim.advance('1m');

    expect(input).not.toContain(CARD);
    expect(given.at(-1)).toEqual({ ...order, id: 'good' });
  });

  test.each<readonly [string, object]>([
    ['another place', { id: 'good', note: '[redacted]' }],
    ['part of a text', { id: 'good', note: 'the card is [redacted]' }],
    ['a list from which an item was taken', { id: 'good', items: [{ name: 'milk', key: '[redacted]' }] }],
    [
      'an item that is another one',
      {
        id: 'good',
        items: [
          { name: 'milk', key: '[redacted]' },
          { name: 'tea', key: '[redacted]' },
        ],
      },
    ],
  ])('is refused where the word for a secret stands in %s', async (_, input) => {
    await using world = await createDeskWorld(app);
    const { id } = await world.sim.send(charge(order));
    await world.sim.advance('1m');

    const late = again(world, how, id, JSON.stringify(input));

    await expect(late).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(late).rejects.toThrow(/'\[redacted\]', which stands for a secret.*write the secret itself/);
    expect(given).toHaveLength(1);
    // The letter is there at once for whoever does better.
    await again(world, how, id, '{"id":"good"}');
  });
});

describe.each(['retry', 'redrive'] as const)('a %s with an edited input that quotes a secret', (how) => {
  const quoting: Order = { ...order, note: `${CARD} is declined` };

  test('keeps it as long as the member that is the secret is kept', async () => {
    await using world = await createDeskWorld(app);
    const { id } = await world.sim.send(charge(quoting));
    await world.sim.advance('1m');
    const { input = '' } = await world.desk.run(id);

    await again(world, how, id, input.replace('"bad"', '"good"'));
    await world.sim.advance('1m');

    expect(JSON.parse(input)).toMatchObject({ note: '[redacted] is declined' });
    expect(given.at(-1)).toEqual({ ...quoting, id: 'good' });
  });

  test.each<readonly [string, object]>([
    ['has gone', {}],
    ['is another one', { card: { number: '1234567812345678' } }],
    ['has another name', { card: { no: CARD.slice(1) } }],
  ])('is refused where that member %s, since nothing would hide the quotation', async (_, instead) => {
    await using world = await createDeskWorld(app);
    const { id } = await world.sim.send(charge(quoting));
    await world.sim.advance('1m');

    const input = JSON.stringify({ id: 'bad', note: '[redacted] is declined', ...instead });
    const late = again(world, how, id, input);

    await expect(late).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(given).toHaveLength(1);
  });

  test('leaves the word for a secret where it is the text itself', async () => {
    await using world = await createDeskWorld(app);
    const { id } = await world.sim.send(charge({ ...order, note: '[redacted]' }));
    await world.sim.advance('1m');
    const { input = '' } = await world.desk.run(id);

    await again(world, how, id, input.replace('"bad"', '"good"'));
    await world.sim.advance('1m');

    expect(given.at(-1)).toEqual({ ...order, id: 'good', note: '[redacted]' });
  });

  test('has it back, too, where it came in a header and the task hides nothing', async () => {
    await using world = await createDeskWorld(app);
    const headers = { authorization: 'Bearer token-of-ann' };
    const { id } = await world.sim.send(greet({ name: 'ann', with: 'token-of-ann' }, { headers }));
    await world.sim.advance('1m');
    const { input = '' } = await world.desk.run(id);

    await again(world, how, id, input.replace('"ann"', '"bob"'));
    await world.sim.advance('1m');

    expect(JSON.parse(input)).toEqual({ name: 'ann', with: '[redacted]' });
    expect(greeted.at(-1)).toEqual({ name: 'bob', with: 'token-of-ann' });
  });
});

test('an input that is hidden as a whole is left as it is, or replaced', async () => {
  await using world = await createDeskWorld(app);
  const { id } = await world.sim.send(login('hunter2'));
  await world.sim.advance('1m');

  await world.desk.retry(id, '"[redacted]"');
  await world.sim.advance('1m');
  const same = await world.desk.run(id);
  await world.desk.retry(id, '"ann"');
  await world.sim.advance('1m');

  expect(same.state).toBe('FAILURE');
  expect(await world.desk.run(id)).toMatchObject({ state: 'SUCCESS', result: '"[redacted]"' });
});

test('an edited input that its task does not take is refused without the secret in it', async () => {
  await using world = await createDeskWorld(shop);
  refused.add('bad');
  const { id } = await world.sim.send(strict({ id: 'bad', card: { number: CARD } }));
  await world.sim.advance('5m');

  const said = await world.desk.retry(id, '{"card":{"number":"[redacted]"}}').then(undefined, toFailure);

  refused.clear();
  expect(said).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  expect(JSON.stringify(said)).not.toContain(CARD);
});

test('nor is one of a header said, though the task itself hides nothing', async () => {
  const Visit = z.object({ name: z.string(), with: z.string() }).refine(({ name }) => name !== 'nobody', {
    error: ({ input }) => `nobody is no name in ${JSON.stringify(input)}`,
  });
  const visit = defineTask('visit', {
    input: Visit,
    retry: { attempts: 1 },
    run() {
      throw new TypeError('not at home');
    },
  });
  await using world = await createDeskWorld(defineApp('shop', { tasks: [visit] }));
  const headers = { authorization: 'Bearer token-of-ann' };
  const { id } = await world.sim.send(visit({ name: 'ann', with: 'token-of-ann' }, { headers }));
  await world.sim.advance('1m');

  const input = '{"name":"nobody","with":"[redacted]"}';
  const said = await world.desk.retry(id, input).then(undefined, toFailure);

  expect(said).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  expect(JSON.stringify(said)).toContain('nobody is no name in');
  expect(JSON.stringify(said)).not.toContain('token-of-ann');
});

test('a redrive with an input that is no JSON is refused before a letter is received', async () => {
  await using world = await createDeskWorld(app, { sees: false });
  const { id } = await world.sim.send(charge(order));
  await world.sim.advance('1m');

  const late = world.desk.redrive({ queue: 'default', ids: [id], input: '{"id":' });

  await expect(late).rejects.toMatchObject({ code: 'INVALID_INPUT', message: 'input is no JSON' });
  expect(await world.desk.redrive({ queue: 'default', preview: true })).toMatchObject({ matched: 1 });
});

type World = Awaited<ReturnType<typeof createDeskWorld>>;

async function again({ desk }: World, how: 'retry' | 'redrive', id: string, input: string): Promise<void> {
  if (how === 'retry') await desk.retry(id, input);
  else expect(await desk.redrive({ queue: 'default', ids: [id], input })).toMatchObject({ sent: 1 });
}

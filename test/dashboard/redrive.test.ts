/** A redrive beside others that look at the same dead letters, as on AWS: each look hides them. */
import { expect, test } from 'vitest';
import { chain, defineApp, defineTask } from '../../lib/index.ts';
import type { Taken } from '../../lib/runtime/desk-ports.ts';
import { createDeskWorld } from './desk-world.ts';

const run = () => {
  throw new TypeError('declined');
};
const charge = defineTask('charge', { retry: { attempts: 1 }, run });
const app = defineApp('shop', { tasks: [charge] });
const DEAD = 'shop-dev-default-dlq';

test('a letter that somebody else looks at just now is waited for, not passed over', async () => {
  const looking: Taken[] = [];
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
    // The other look ends.
    await world.ports.queues.hide(
      DEAD,
      looking.map(({ receipt }) => receipt),
      0,
    );
  };
  const clock = { now: () => world.sim.now().getTime(), sleep };
  await using world = await createDeskWorld(app, { sees: false, ports: { clock } });
  const { id } = await world.sim.send(charge());
  await world.sim.advance('1m');
  looking.push(...(await world.ports.admin.take(DEAD, 30)));

  const answer = await world.desk.redrive({ queue: 'default', ids: [id] });

  expect(answer).toMatchObject({ matched: 1, sent: 1 });
  expect(waits).toEqual([1_000]);
});

test.each([true, false])('a preview counts what would be sent, of many too (seen: %s)', async (sees) => {
  await using world = await createDeskWorld(app, { sees });
  const ten = Array.from({ length: 10 }, (_, n) => ({ body: `{"n":${n}}` }));
  for (let sent = 0; sent < 1_200; sent += 10) await world.ports.queues.send(DEAD, ten);

  const preview = await world.desk.redrive({ queue: 'default', preview: true });
  const sent = await world.desk.redrive({ queue: 'default' });

  expect(preview).toMatchObject({ matched: 1_200, sent: 0 });
  expect(sent).toMatchObject({ matched: 1_200, sent: 1_200 });
  expect(preview.rows).toHaveLength(100);
});

test('one that is not there at all is not waited for', async () => {
  const waits: number[] = [];
  const clock = { now: () => world.sim.now().getTime(), sleep: async (ms: number) => void waits.push(ms) };
  await using world = await createDeskWorld(app, { sees: false, ports: { clock } });
  await world.sim.send(charge());
  await world.sim.advance('1m');

  const answer = await world.desk.redrive({ queue: 'default', ids: ['none'] });

  expect(answer).toMatchObject({ matched: 0, sent: 0 });
  expect(waits).toEqual([]);
});

test('another input of a step of a workflow has nothing of the large result before it', async () => {
  const given: unknown[] = [];
  const price = defineTask('price', { run: () => ({ amount: -1, note: 'n'.repeat(300_000) }) });
  const pay = defineTask('pay', {
    retry: { attempts: 1 },
    run({ amount, note }: { readonly amount: number; readonly note?: string }) {
      given.push([amount, note?.length]);
      if (amount < 0) throw new RangeError('less than nothing');
    },
  });
  await using world = await createDeskWorld(defineApp('shop', { tasks: [price, pay] }));
  await world.sim.send(chain(price(), pay));
  await world.sim.advance('1m');
  const { rows } = await world.desk.deadLetters({ queue: 'default' });

  const ids = rows.map(({ messageId }) => messageId);
  await world.desk.redrive({ queue: 'default', ids, input: '{"amount":7}' });
  await world.sim.advance('1m');

  expect(given).toEqual([
    [-1, 300_000],
    [7, undefined],
  ]);
});

test("another input that is 'null' is none, as in a retry", async () => {
  const given: unknown[] = [];
  const sweep = defineTask('sweep', {
    retry: { attempts: 1 },
    run(hall?: string) {
      given.push(hall);
      if (given.length === 1) throw new TypeError('closed');
    },
  });
  await using world = await createDeskWorld(defineApp('shop', { tasks: [sweep] }));
  const { id } = await world.sim.send(sweep('north'));
  await world.sim.advance('1m');

  await world.desk.redrive({ queue: 'default', ids: [id], input: 'null' });
  await world.sim.advance('1m');

  expect(given).toEqual(['north', undefined]);
});

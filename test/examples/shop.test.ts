/** shop.test.ts: the app in this process, on a clock that only the test moves. */
import { expect, test } from 'vitest';
import { simulate } from '#lib/testing';
import { bank } from './bank.ts';
import { charge, payments, shop } from './shop.ts';

const order = { id: 'o1', total: 40, card: '4242' };

test('a declined card is tried again after 2 s and 4 s', async () => {
  const sim = simulate(shop, { start: '2026-01-01T00:00:00Z' });
  bank.decline(2);
  const result = await sim.send(charge(order));
  await sim.advance('1m');
  expect(sim.attempts(charge)).toEqual(['00:00:00', '00:00:02', '00:00:06']);
  expect(await result.get()).toEqual({ orderId: 'o1', paid: 40 });
});

test('an order without a price goes to the dead-letter queue at once', async () => {
  const sim = simulate(shop);
  await sim.send(charge({ ...order, total: 0 }));
  await sim.settle();
  expect(sim.deadLetters(payments)).toMatchObject([{ task: 'charge', dead: { reason: 'rejected' } }]);
});

test('every order ends although messages are doubled, workers die and acks get lost', async () => {
  const faults = { duplicate: 0.05, crashBeforeRun: 0.05, crashAfterRun: 0.05, loseAck: 0.05 };
  const sim = simulate(shop, { seed: 7, faults });
  const outcomes = await sim.sendMany(Array.from({ length: 50 }, () => charge(order)));
  await sim.advance('1d');
  const sent = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result] : []));
  expect(await Promise.all(sent.map((result) => result.state()))).toEqual(Array(50).fill('SUCCESS'));
  expect(sim.faults().crashAfterRun).toBeGreaterThan(0);
});

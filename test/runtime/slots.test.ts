import { expect, test } from 'vitest';
import { createSlots } from '../../lib/runtime/slots.ts';

test('no more run at once than there are slots, and who waits goes by rank', async () => {
  const slots = createSlots(1, 0);
  const order: string[] = [];
  const first = await slots.take(1);
  const waiting = [
    slots.take(1).then((giveBack) => order.push('low') && giveBack?.()),
    slots.take(2).then((giveBack) => order.push('high') && giveBack?.()),
    slots.take(1).then((giveBack) => order.push('low again') && giveBack?.()),
  ];

  first?.();
  await Promise.all(waiting);

  expect(order).toEqual(['high', 'low', 'low again']);
  expect(slots.free).toBe(1);
});

test('a slot that is given back twice is free once', async () => {
  const slots = createSlots(2, 0);
  const giveBack = await slots.take(1);

  giveBack?.();
  giveBack?.();

  expect(slots.free).toBe(2);
});

test('fewer slots let what runs go on, and more let those in who wait', async () => {
  const slots = createSlots(2, 0);
  const running = [await slots.take(1), await slots.take(1)];
  slots.resize(1);
  let third = false;
  const waits = slots.take(1).then(() => {
    third = true;
  });

  running[0]?.();
  await Promise.resolve();
  const tooEarly = third;
  slots.resize(2);
  await waits;

  expect(tooEarly).toBe(false);
  expect(third).toBe(true);
});

test('ready tells of a free slot only when nobody waits for it', async () => {
  const slots = createSlots(1, 0);
  const giveBack = await slots.take(1);
  let ready = false;
  const told = slots.ready().then(() => {
    ready = true;
  });

  await Promise.resolve();
  const before = ready;
  giveBack?.();
  await told;

  expect(before).toBe(false);
  expect(ready).toBe(true);
});

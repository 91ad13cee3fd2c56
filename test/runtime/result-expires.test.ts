/** Results that are kept for a shorter time than their records. */
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const HOUR = 3_600_000;

function createWorld() {
  const task = defineTask('task', { resultExpires: '1h', run: (input: number) => input + 1 });
  return { task, sim: simulate(defineApp('shop', { tasks: [task] })) };
}

test('a result can be had for as long as its task says, and its run is remembered after', async () => {
  const { task, sim } = createWorld();
  const outcomes = await sim.sendMany([task(1), task(2)]);
  const [one, two] = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result] : []));

  await sim.advance('59m');
  const values = await Promise.all([one?.get(), two?.get()]);
  await sim.advance('1m');

  expect(values).toEqual([2, 3]);
  await expect(one?.get()).rejects.toMatchObject({
    code: 'RESULT_EXPIRED',
    message: expect.stringContaining('for as long as its resultExpires says'),
  });
  expect(await one?.state()).toBe('SUCCESS');
});

test('it is an item of its own, which DynamoDB deletes when its time is over; the record stays', async () => {
  const { task, sim } = createWorld();
  const { id } = await sim.send(task(1));
  await sim.advance('1s');
  const items = async () => {
    const { Items } = await sim.emulator.call('dynamodb', 'Scan', { TableName: 'shop-dev-runs' });
    // The model answers as Scan does.
    return Items as readonly Record<string, { readonly S?: string; readonly N?: string }>[];
  };

  const [before, ended] = [await items(), sim.now().getTime()];
  await sim.advance('72h');

  const kinds = before.map(({ sk }) => sk?.S?.split('#')[0]).sort();
  expect(kinds).toEqual(['result', 'run']);
  const result = before.find(({ sk }) => sk?.S?.startsWith('result'));
  expect(result?.result).toEqual({ S: '2' });
  expect(Math.abs(Number(result?.expiresAt?.N) * 1_000 - ended - HOUR)).toBeLessThanOrEqual(2_000);
  expect((await items()).map(({ pk }) => pk?.S)).toEqual([`run#${id}`]);
});

test('what is forgotten is dropped there too', async () => {
  const { task, sim } = createWorld();
  const result = await sim.send(task(1));
  await sim.advance('1s');

  await result.forget();

  await expect(result.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
  const scanned = await sim.emulator.call('dynamodb', 'Scan', { TableName: 'shop-dev-runs' });
  expect(JSON.stringify(scanned)).not.toContain('"result":{"S":"2"}');
});

test('a caller is told the result, whatever is kept of it', async () => {
  const { task, sim } = createWorld();

  expect(await sim.call(task(1))).toBe(2);
});

test('a time that is longer than the record is kept is refused', () => {
  const task = defineTask('task', { resultExpires: '30d', run: () => 1 });

  expect(() => defineApp('shop', { tasks: [task] })).toThrow(
    expect.objectContaining({
      code: 'RESULT_EXPIRES_OUT_OF_RANGE',
      message: expect.stringContaining("is not between 0 and '29d'"),
    }),
  );
});

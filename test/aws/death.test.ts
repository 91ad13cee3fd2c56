/** The end of a pool's child, for whoever waits for something of it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createDeath } from '../../lib/aws/death.ts';

const NEVER = new Promise<never>(() => {});

test('work settles as it does, and ends with the child', async () => {
  const death = createDeath();
  const done = await death.until(Promise.resolve('done'));
  const failed = death.until(Promise.reject(new Error('no')));
  const cut = death.until(NEVER);
  await expect(failed).rejects.toThrow('no');
  death.die(new Error('killed'));
  death.die(new Error('killed again'));

  expect(done).toBe('done');
  await expect(cut).rejects.toThrow(/^killed$/);
  await expect(death.until(NEVER)).rejects.toThrow(/^killed$/);
});

test('a child that lives on remembers nothing of what it has done', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const death = createDeath();
  const refs = await Promise.all(
    Array.from({ length: 50 }, async () => new WeakRef(await death.until(Promise.resolve({ back: [] })))),
  );
  // A reference that was made in a turn holds until its end.
  await new Promise((resolve) => setImmediate(resolve));

  collect();

  // The last ones may still lie on the stack.
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(5);
  death.die(new Error('killed'));
});

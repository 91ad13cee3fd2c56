/** `taken: 'return'` of calls with other options: who sends a run once more does not spoil it. */
import { expect, test } from 'vitest';
import { type Duration, defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

interface Wanted {
  readonly expires?: Duration;
  readonly ignoreResult?: true;
}

/** A first call that is on its way for a second, and a second one of its key, whose copy comes before it. */
async function createRun(first: Wanted, second: Wanted) {
  const runs: string[] = [];
  const task = defineTask('task', {
    queue: defineQueue('work'),
    once: { key: () => 'one', taken: 'return', for: '1h' },
    run: (_: number, { id }) => runs.push(id),
  });
  let opened = (): void => {};
  const door = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let reached = (): void => {};
  const isThere = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let sends = 0;
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }), {
    async onCall({ operation, source }, proceed) {
      if (operation !== 'SendMessageBatch' || source !== 'client' || sends++ > 0) return proceed();
      reached();
      await door;
      return proceed();
    },
  });
  const sent = sim.send(task(1, { delay: '10m', ...first }));
  await isThere;
  const other = await sim.connect().send(task(2, second));
  await sim.advance('1s');
  opened();
  const own = await sent;
  await sim.advance('12m');
  return { runs, own, other };
}

test('a run does not expire because a call that expires sooner has sent it once more', async () => {
  const { runs, own, other } = await createRun({}, { expires: '1m' });

  expect(other.id).toBe(own.id);
  expect(await own.state()).toBe('SUCCESS');
  expect(runs).toEqual([own.id]);
});

test('a run that is sent once more expires when neither call wants it any more', async () => {
  const { runs, own } = await createRun({ expires: '2m' }, { expires: '1m' });

  expect(await own.state()).toBe('REVOKED');
  expect(runs).toEqual([]);
});

test('a run that is sent once more lives as long as the call that lives longer', async () => {
  const { runs, own } = await createRun({ expires: '2m' }, { expires: '20m' });

  expect(await own.state()).toBe('SUCCESS');
  expect(runs).toEqual([own.id]);
});

test('a run keeps its result though a call that wants none has sent it once more', async () => {
  const { own } = await createRun({}, { ignoreResult: true });

  expect(await own.get()).toBe(1);
});

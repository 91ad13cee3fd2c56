/** `taken: 'return'` among calls that are on their way at the same time, of one client and of several. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

/** Sends of `task` whose first `refused` messages SQS does not take. */
function createWorld(refused: number) {
  const queue = defineQueue('work');
  const runs: number[] = [];
  const task = defineTask('task', {
    queue,
    once: { key: () => 'one', taken: 'return' },
    run: (n: number) => void runs.push(n),
  });
  let left = refused;
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }), {
    async onCall({ operation, input }, proceed) {
      if (operation !== 'SendMessageBatch' || left === 0) return proceed();
      left -= 1;
      // One entry comes alone here: the others wait to hear of it.
      const { Entries = [] } = input as { Entries?: { Id: string }[] };
      const refusal = { SenderFault: true, Code: 'InvalidMessageContents', Message: 'says the test' };
      return { Successful: [], Failed: Entries.map(({ Id }) => ({ Id, ...refusal })) };
    },
  });
  return { sim, task, runs };
}

test('a call is not answered with the run of another that was not sent after all', async () => {
  const { sim, task, runs } = createWorld(1);

  const outcomes = await sim.sendMany([task(1), task(2), task(3)]);
  await sim.settle();

  expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'sent', 'sent']);
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result.id] : []));
  expect(new Set(ids).size).toBe(1);
  expect(runs).toHaveLength(1);
});

test('calls that find each other on their way are one run', async () => {
  const { sim, task, runs } = createWorld(0);

  const outcomes = await sim.sendMany([task(1), task(2), task(3)]);
  await sim.settle();

  const ids = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result.id] : []));
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(runs).toHaveLength(1);
});

/** As `refused` says, the first message is on its way until the door is opened, and not taken then. */
function createFleet({ refused }: { readonly refused: boolean }) {
  const runs: [id: string, at: string][] = [];
  const task = defineTask('task', {
    queue: defineQueue('work'),
    once: { key: () => 'one', taken: 'return' },
    run: (_: number, { id, now }) => void runs.push([id, now().toISOString().slice(14, 19)]),
  });
  const [door, reached] = [createDoor(), createDoor()];
  let sends = 0;
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }), {
    async onCall({ operation, input, source }, proceed) {
      if (operation !== 'SendMessageBatch' || source !== 'client') return proceed();
      sends += 1;
      if (sends > 1 || !refused) return proceed();
      reached.open();
      await door.opened;
      const { Entries = [] } = input as { Entries?: { Id: string }[] };
      const refusal = { SenderFault: true, Code: 'InvalidMessageContents', Message: 'says the test' };
      return { Successful: [], Failed: Entries.map(({ Id }) => ({ Id, ...refusal })) };
    },
  });
  return { sim, task, runs, door, reached, sends: () => sends };
}

function createDoor() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

test('the run of another process whose send fails is made by the call that got its handle', async () => {
  const { sim, task, runs, door, reached } = createFleet({ refused: true });
  const other = sim.connect();

  const first = sim.send(task(1)).catch((error) => error);
  await reached.opened;
  const second = await other.send(task(2));
  door.open();
  const failed = await first;
  await sim.advance('1m');

  expect(failed).toMatchObject({ code: 'SEND_FAILED' });
  expect(await second.state()).toBe('SUCCESS');
  expect(runs.map(([id]) => id)).toEqual([second.id]);
});

test('a call that finds a reserved key sends once; those after it know that the run comes', async () => {
  const { sim, task, runs, door, reached, sends } = createFleet({ refused: true });
  const others = [sim.connect(), sim.connect()];

  const first = sim.send(task(1, { delay: '5m' })).catch((error) => error);
  await reached.opened;
  const ids: string[] = [];
  for (const other of others) ids.push((await other.send(task(2))).id);
  door.open();
  await first;
  await sim.advance('10m');

  expect(new Set(ids).size).toBe(1);
  expect(sends()).toBe(2);
  // When the first call wanted it.
  expect(runs).toEqual([[ids[0], '05:00']]);
});

test('a run that two processes have sent is made once', async () => {
  const { sim, task, runs, sends } = createFleet({ refused: false });
  const other = sim.connect();

  const first = await sim.send(task(1, { delay: '1m' }));
  const second = await other.send(task(2));
  const messages = sends();
  await sim.advance('10m');

  expect([second.id, messages]).toEqual([first.id, 2]);
  expect(runs).toEqual([[first.id, '01:00']]);
});

test.each([
  ['runs', '1s'],
  ['waits', '0s'],
  ['has ended, in the window of a throttle', '20s'],
] as const)('a call whose key is that of a run which %s gets its result', async (_, after) => {
  const task = defineTask('task', {
    queue: defineQueue('work'),
    once: after === '20s' ? { key: () => 'one', keep: 'first' } : { key: () => 'one', taken: 'return' },
    run: async (n: number, { sleep }) => {
      await sleep('10s');
      return n;
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }));
  await sim.send(task(1));
  if (after !== '0s') await sim.advance(after);

  const answer = await sim.connect().call(task(2));

  expect(answer).toBe(1);
});

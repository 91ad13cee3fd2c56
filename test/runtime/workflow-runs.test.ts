/** Workflows, carried out by the production worker over the models. */
import { expect, test } from 'vitest';
import { chain, chord, chunks, defineApp, defineQueue, defineTask, group, link, linkError, map } from '#lib';
import { simulate } from '#lib/testing';
import { runIdOf } from '../../lib/core/workflow/path.ts';

const queue = defineQueue('work');
const lane = defineQueue('lane', { ordered: ({ sku }: { readonly sku: string }) => sku });

function createWorld() {
  const told: unknown[] = [];
  const add = defineTask('add', {
    queue,
    run: ({ a, b }: { readonly a: number; readonly b: number }) => a + b,
  });
  const double = defineTask('double', { queue, run: (n: number) => 2 * n });
  const sum = defineTask('sum', {
    queue,
    run: (list: readonly number[]) => list.reduce((all, n) => all + n, 0),
  });
  const fail = defineTask('fail', {
    queue,
    retry: { attempts: 1 },
    run: (n: number): number => {
      throw new Error(`no ${n}`);
    },
  });
  const tell = defineTask('tell', { queue, run: (what: unknown) => void told.push(what) });
  const large = defineTask('large', { queue, run: (n: number) => 'x'.repeat(n) });
  const length = defineTask('length', { queue, run: (text: string) => text.length });
  const lengths = defineTask('lengths', {
    queue,
    run: (texts: readonly string[]) => texts.map((one) => one.length),
  });
  const placed = defineTask('placed', {
    queue: lane,
    run: ({ sku }: { readonly sku: string }) => ({ sku, n: 1 }),
  });
  const nothing = defineTask('nothing', { queue, run: () => undefined });
  const tasks = { add, double, sum, fail, tell, large, length, lengths, placed, nothing };
  const sim = simulate(defineApp('flows', { tasks: Object.values(tasks) }));
  return { ...tasks, sim, told };
}

test('a chain hands each result on to the next step', async () => {
  const { sim, add, double } = createWorld();

  const result = await sim.send(chain(add({ a: 1, b: 2 }), double, double));

  expect(await result.get()).toBe(12);
  expect(await result.state()).toBe('SUCCESS');
});

test('a group brings the list of its results, in the order of its members', async () => {
  const { sim, add, double } = createWorld();

  const result = await sim.send(group([double(1), chain(add({ a: 1, b: 1 }), double), double(3)]));

  expect(await result.get()).toEqual([2, 4, 6]);
});

test.each([0, 1, 3, 100, 101, 250])('a chord of %d runs its body once with all results', async (members) => {
  const { sim, double, sum } = createWorld();
  const numbers = Array.from({ length: members }, (_, index) => index);

  const result = await sim.send(
    chord(
      numbers.map((n) => double(n)),
      sum,
    ),
  );

  expect(await result.get({ timeout: '1h' })).toBe(members === 0 ? 0 : members * (members - 1));
  expect(sim.attempts(sum)).toHaveLength(1);
});

test('groups in groups, and a group as a step, end in lists of lists', async () => {
  const { sim, double, sum } = createWorld();

  const result = await sim.send(group([group([double(1), double(2)]), group([]), group([double(3)])]));
  const stepped = await sim.send(chain(double(1), group([double, chain(double(4), double)]), sum));

  expect(await stepped.get()).toBe(4 + 16);
  expect(await result.get()).toEqual([[2, 4], [], [6]]);
});

test('map and chunks run a task for each of many inputs, in few messages', async () => {
  const { sim, double } = createWorld();

  const mapped = await sim.send(map(double, [1, 2, 3]));
  const cut = await sim.send(chunks(double, [1, 2, 3, 4, 5], 2));

  expect(await mapped.get()).toEqual([2, 4, 6]);
  expect(await cut.get()).toEqual([[2, 4], [6, 8], [10]]);
  expect(sim.attempts(double)).toHaveLength(4);
});

test("a failed step stops its chain, whose failure is the step's", async () => {
  const { sim, double, fail, told, tell } = createWorld();

  const result = await sim.send(linkError(chain(double(1), fail, double), tell));

  await expect(result.get()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: expect.stringContaining('no 2'),
  });
  await sim.advance('1m');
  expect(sim.attempts(double)).toHaveLength(1);
  expect(told).toEqual([expect.objectContaining({ task: 'fail', reason: 'attempts-exhausted' })]);
});

test('a failed member keeps the body from running; the failure names the lowest one', async () => {
  const { sim, double, fail, sum, tell, told } = createWorld();

  const result = await sim.send(linkError(chord([double(1), fail(5), double(2), fail(3)], sum), tell));

  await expect(result.get()).rejects.toMatchObject({
    message: expect.stringMatching(/member 0\.1 of the group, task 'fail' .*no 5/),
  });
  await sim.advance('1m');
  expect(sim.attempts(sum)).toEqual([]);
  expect(sim.attempts(double)).toHaveLength(2);
  expect(told).toEqual([
    expect.objectContaining({ error: expect.objectContaining({ code: 'GROUP_MEMBER_FAILED' }) }),
  ]);
});

test('what is linked to a part runs beside it, once, with its result', async () => {
  const { sim, double, tell, told, fail } = createWorld();

  const result = await sim.send(chain(link(double(1), tell), link(linkError(double(4), tell), tell)));
  const single = await sim.send(link(double(21), tell));
  const failed = await sim.send(linkError(fail(1), tell));

  expect(await result.get()).toBe(8);
  expect(await single.get()).toBe(42);
  await expect(failed.get()).rejects.toThrow('no 1');
  await sim.advance('1m');
  expect(told).toHaveLength(4);
  expect(told).toEqual(expect.arrayContaining([2, 8, 42, expect.objectContaining({ task: 'fail' })]));
});

test('results that are too large for a message are read from their records', async () => {
  const { sim, large, length, lengths } = createWorld();

  const one = await sim.send(chain(large(200_000), length));
  const many = await sim.send(
    chord([large(300_000), large(300_000), large(300_000), large(300_000)], lengths),
  );
  const last = await sim.send(group([large(200_000)]));

  expect(await one.get()).toBe(200_000);
  expect(await many.get()).toEqual([300_000, 300_000, 300_000, 300_000]);
  expect((await last.get())[0]).toHaveLength(200_000);
});

test('steps of an ordered queue go into the group that their input says', async () => {
  const { sim, placed } = createWorld();

  const result = await sim.send(chain(placed({ sku: 'tea' }), placed, placed));
  const beside = await sim.send(group([placed({ sku: 'milk' }), placed({ sku: 'tea' })]));

  expect(await result.get()).toEqual({ sku: 'tea', n: 1 });
  expect(await beside.get()).toEqual([
    { sku: 'milk', n: 1 },
    { sku: 'tea', n: 1 },
  ]);
});

test('a step that returns nothing stands as null in a list and as nothing alone', async () => {
  const { sim, nothing } = createWorld();

  const alone = await sim.send(chain(nothing(), nothing));
  const beside = await sim.send(group([nothing(), nothing()]));

  expect(await alone.get()).toBeUndefined();
  expect(await beside.get()).toEqual([null, null]);
});

test('an app without workflows refuses them', async () => {
  const double = defineTask('double', { queue, run: (n: number) => 2 * n });
  const sim = simulate(defineApp('plain', { tasks: [double], workflows: false }));

  await expect(sim.send(chain(double(1), double))).rejects.toMatchObject({ code: 'NO_WORKFLOWS' });
});

test('a workflow that has not ended by its deadline fails, and its error link is told', async () => {
  const { sim, told, tell, double } = createWorld();
  const late = await sim.send(linkError(chain(double(1, { delay: '15m' }), double), tell), {
    deadline: '10m',
  });

  await sim.advance('11m');
  const swept = await sim.sweepWorkflows();
  const again = await sim.sweepWorkflows();

  expect([swept, again]).toEqual([[late.id], []]);
  await expect(late.get()).rejects.toMatchObject({ cause: { code: 'WORKFLOW_OVERDUE' } });
  await sim.advance('1h');
  expect(told).toEqual([expect.objectContaining({ id: late.id, reason: 'overdue' })]);
  // What was under way ran to its end, and nothing after it.
  expect(sim.attempts(double)).toHaveLength(1);
});

test('an overdue workflow that cannot be ended does not keep others from it', async () => {
  const { sim, double } = createWorld();
  const sent: string[] = [];
  for (let count = 0; count < 8; count++)
    sent.push((await sim.send(chain(double(1, { delay: '15m' }), double), { deadline: '10m' })).id);
  await sim.advance('11m');
  const damaged = sent.slice(0, 4);
  for (const id of damaged) await damage(sim, id);

  const swept = await sim.connect().sweepWorkflows();

  expect([...swept].sort()).toEqual(sent.slice(4).sort());
});

/** Makes a workflow's plan one that nobody can read. */
async function damage(sim: ReturnType<typeof createWorld>['sim'], id: string): Promise<void> {
  await sim.emulator.call('dynamodb', 'UpdateItem', {
    TableName: 'flows-dev-runs',
    Key: { pk: { S: `flow#${id}#root` }, sk: { S: 'plan' } },
    UpdateExpression: 'SET page = :page',
    ExpressionAttributeValues: { ':page': { S: 'damaged' } },
  });
}

test('a workflow that is sent twice under one id runs once', async () => {
  const { sim, double } = createWorld();
  const id = sim.newId();

  const first = await sim.send(chain(double(1), double), { id });
  const second = await sim.send(chain(double(1), double), { id });

  expect([first.id, second.id]).toEqual([id, id]);
  expect(await second.get()).toBe(4);
  await sim.advance('1h');
  expect(sim.attempts(double)).toHaveLength(2);
});

test('a chord of 10,000 members ends, and no counter of it is hot', { timeout: 120_000 }, async () => {
  const writes = new Map<string, number>();
  const one = defineTask('one', { queue, run: (n: number) => n });
  const count = defineTask('count', {
    queue,
    run: (list: readonly number[]) => [list.length, new Set(list).size],
  });
  const app = defineApp('wide', { tasks: [one, count] });
  const sim = simulate(app, {
    async onCall({ operation, input }, proceed) {
      // As DynamoDB takes it.
      const { Key } = input as { Key?: { pk: { S: string } } };
      const partition = operation === 'UpdateItem' ? (Key?.pk.S ?? '') : '';
      if (partition.startsWith('flow#')) writes.set(partition, (writes.get(partition) ?? 0) + 1);
      return proceed();
    },
  });

  const members = Array.from({ length: 10_000 }, (_, n) => one(n));
  const result = await sim.send(chord(members, count));

  expect(await result.get({ timeout: '2h' })).toEqual([10_000, 10_000]);
  expect(sim.attempts(count)).toHaveLength(1);
  expect(writes.size).toBeGreaterThan(200);
  expect(Math.max(...writes.values())).toBeLessThanOrEqual(100);
});

test('a member that expires or is revoked has failed, and the body does not run', async () => {
  const { sim, double, sum, tell, told } = createWorld();
  const id = sim.newId();

  const expired = await sim.send(
    linkError(chord([double(1), double(2, { delay: '1m', expires: '10s' })], sum), tell),
  );
  await sim.send(chord([double(1), double(2, { delay: '1m' })], sum), { id });
  await sim.advance('10s');
  const waiting = runIdOf({ app: 'flows', stage: 'dev' }, id, '0.1');
  await sim.revoke(double, [waiting]);
  await sim.advance('5m');

  await expect(expired.get()).rejects.toThrow(/member 0\.1 .*expired/);
  expect(told).toEqual([expect.objectContaining({ reason: 'expired' })]);
  await expect(sim.result(double, waiting).get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  expect(sim.attempts(sum)).toEqual([]);
  expect(await sim.sweepWorkflows()).toEqual([]);
});

test('a member that kills its workers is dead-lettered, and its chord fails with it', async () => {
  const queue = defineQueue('frail', { visibility: '30s', deadLetter: { after: 2 } });
  const fine = defineTask('fine', { queue, run: (n: number) => n });
  const deaf = defineTask('deaf', { queue, run: (_: number, { sleep }) => sleep('10m').then(() => 0) });
  const sum = defineTask('sum', { queue, run: (list: readonly number[]) => list.length });
  const sim = simulate(defineApp('frail', { tasks: [fine, deaf, sum] }));

  const result = await sim.send(chord([fine(1), deaf(2)], sum));

  await expect(result.get({ timeout: '1h' })).rejects.toThrow(/member 0\.1 .*deaf/);
  expect(sim.attempts(sum)).toEqual([]);
});

/** How a run lies in DynamoDB: what indexes and the time to live need. */
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import type { Call } from '../../lib/aws/call.ts';
import { RUN_SHARDS, stateShard, taskShard } from '../../lib/aws/run-shard.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { newId } from '../../lib/core/id.ts';
import { createRandom } from '../../lib/testing/random.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A simulation with one run of each kind, and its table. */
async function createWorld() {
  const fine = defineTask('fine', { run: () => ({ paid: 40 }) });
  const broken = defineTask('broken', {
    retry: { attempts: 1 },
    run: () => {
      throw new Error('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [fine, broken] }));
  const sent = [await sim.send(fine()), await sim.send(broken()), await sim.send(fine(1, { expires: '0s' }))];
  await sim.settle();
  const query = async (index: string, key: string, value: string) => {
    const { Items } = (await sim.emulator.call('dynamodb', 'Query', {
      TableName: 'shop-dev-runs',
      IndexName: index,
      KeyConditionExpression: '#key = :value',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: { ':value': { S: value } },
    })) as { Items: Readonly<Record<string, { S?: string; N?: string }>>[] };
    return Items;
  };
  return { sim, ids: sent.map(({ id }) => id), query };
}

test('a record outlives its queue and its dead-letter queue, then DynamoDB may delete it', async () => {
  const { sim, ids } = await createWorld();
  const [id = ''] = ids;

  const { Item } = (await sim.emulator.call('dynamodb', 'GetItem', {
    TableName: 'shop-dev-runs',
    Key: { pk: { S: `run#${id}` }, sk: { S: 'run' } },
  })) as { Item: Readonly<Record<string, unknown>> };

  expect(Item).toEqual({
    pk: { S: `run#${id}` },
    sk: { S: 'run' },
    id: { S: id },
    task: { S: 'fine' },
    queue: { S: 'default' },
    state: { S: 'SUCCESS' },
    stateShard: { S: stateShard('SUCCESS', id) },
    taskShard: { S: taskShard('fine', id) },
    generation: { N: '0' },
    retries: { N: '0' },
    attempts: { N: '1' },
    starts: { N: '1' },
    ends: { N: '1' },
    sentAt: { N: String(NOW) },
    startedAt: { N: String(NOW) },
    endedAt: { N: String(NOW) },
    expiresAt: { N: String(NOW / 1_000 + 29 * 86_400) },
    result: { S: '{"paid":40}' },
  });
});

test('runs are found by state, with what a list shows', async () => {
  const { ids, query } = await createWorld();
  const [fine = '', broken = '', expired = ''] = ids;

  const found = await Promise.all([
    query('byState', 'stateShard', stateShard('SUCCESS', fine)),
    query('byState', 'stateShard', stateShard('FAILURE', broken)),
    query('byState', 'stateShard', stateShard('REVOKED', expired)),
    query('byState', 'stateShard', stateShard('STARTED', fine)),
  ]);

  expect(found.map((items) => items.map(({ id, task, reason }) => [id?.S, task?.S, reason?.S]))).toEqual([
    [[fine, 'fine', undefined]],
    [[broken, 'broken', 'attempts-exhausted']],
    [[expired, 'fine', 'expired']],
    [],
  ]);
});

test('runs are found by task, by their time', async () => {
  const { ids, query } = await createWorld();
  const [fine = ''] = ids;

  const found = await query('byTask', 'taskShard', taskShard('fine', fine));

  expect(found.map(({ id }) => id?.S)).toContain(fine);
});

test('ids spread evenly over the shards, and keep theirs', () => {
  const random = createRandom(1);
  const counts = new Map<string, number>();
  for (let index = 0; index < 8_000; index++) {
    const shard = stateShard('STARTED', newId({ app: 'shop', stage: 'dev' }, NOW, random));
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }

  const shards = Array.from({ length: RUN_SHARDS }, (_, index) => `STARTED#${index}`);
  expect([...counts.keys()].sort()).toEqual(shards);
  expect(Math.min(...counts.values())).toBeGreaterThan(800);
  expect(Math.max(...counts.values())).toBeLessThan(1_200);
});

test('keys that DynamoDB leaves unread are asked for again, and not for ever', async () => {
  const asked: number[] = [];
  const call = async (_service: string, _operation: string, input: object) => {
    const { RequestItems } = input as { RequestItems: { runs: { Keys: object[] } } };
    asked.push(RequestItems.runs.Keys.length);
    const [first, ...rest] = RequestItems.runs.Keys as { pk: { S: string } }[];
    const id = first?.pk.S.slice(4) ?? '';
    return {
      Responses: { runs: [{ id: { S: id }, state: { S: 'SUCCESS' } }] },
      UnprocessedKeys: rest.length === 0 ? {} : { runs: { Keys: rest } },
    };
  };
  // Nothing but BatchGetItem is called by a read.
  const runs = createRuns(call as unknown as Call, 'runs');

  const few = await runs.read(['a', 'b', 'c']);
  const many = runs.read(Array.from({ length: 50 }, (_, index) => `m${index}`));

  expect([...few.keys()]).toEqual(['a', 'b', 'c']);
  // What is left unread is not taken for what is not there.
  await expect(many).rejects.toMatchObject({ code: 'ITEMS_NOT_READ' });
  expect(asked).toEqual([3, 2, 1, 50, 49, 48, 47, 46, 45, 44, 43]);
});

test('an error that is no refused condition is the caller’s', async () => {
  const call = () => Promise.reject(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
  const runs = createRuns(call as unknown as Call, 'runs');
  const request = { id: 'a', task: 't', queue: 'q', generation: 0, retries: 0, sentAt: NOW, now: NOW };

  await expect(runs.claim(request, 'w1', NOW + 1)).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'slow down',
  });
});

/** The port Workers over DynamoDB, through each door. */
import { describe, expect, test } from 'vitest';
import { createWorkers } from '../../lib/aws/workers.ts';
import type { WorkerRecord } from '../../lib/core/worker-record.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS, START } from './doors.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });

const record: WorkerRecord = {
  ...{ id: 'w1', host: 'h', pid: 7, queues: ['default'], pool: 'processes', concurrency: 3 },
  ...{ state: 'running', held: 1, processed: 4, children: [8, 9], startedAt: START, beatAt: START },
  ...{ beatMs: 15_000, running: [{ id: 'm1', task: 'charge', queue: 'shop-dev-default', since: START }] },
};
const grow = { kind: 'grow', by: 2 } as const;
const shutdown = { kind: 'shutdown', how: 'warm' } as const;

describe.each(Object.entries(DOORS))('workers %s', (_name, open) => {
  async function createWorld() {
    const { call, close, emulator } = await open();
    await provision(emulator, { ...topology(app), queues: [], workers: [] }, () => {
      throw new Error('there are no workers here');
    });
    return { workers: createWorkers(call, 'shop-dev-runs'), close };
  }

  test('a worker that beats is listed as it has said last', async () => {
    const { workers, close } = await createWorld();

    await workers.beat(record, [], START + 60_000);
    await workers.beat({ ...record, id: 'w2' }, [], START + 60_000);
    await workers.beat({ ...record, processed: 5, beatAt: START + 15_000 }, [], START + 75_000);
    const listed = await workers.list();
    await close();

    expect(listed).toEqual([
      { ...record, processed: 5, beatAt: START + 15_000 },
      { ...record, id: 'w2' },
    ]);
  });

  test('a command waits until the worker says that it is done', async () => {
    const { workers, close } = await createWorld();
    await workers.beat(record, [], START);

    const known = await workers.command('w1', { id: 'c1', command: grow });
    await workers.command('w1', { id: 'c2', command: shutdown });
    const first = await workers.beat(record, [], START);
    // Its answer was lost, and it beats again.
    const second = await workers.beat(record, [], START);
    const third = await workers.beat(record, ['c1'], START);
    const fourth = await workers.beat(record, ['c2'], START);
    await close();

    const both = [
      { id: 'c1', command: grow },
      { id: 'c2', command: shutdown },
    ];
    expect([known, first, second, third, fourth]).toEqual([true, both, both, [both[1]], []]);
  });

  test('a worker whose record has expired is listed again, whatever it has done meanwhile', async () => {
    const { workers, close } = await createWorld();

    const left = await workers.beat(record, ['c1'], START + 60_000);
    const listed = await workers.list();
    await close();

    expect([left, listed]).toEqual([[], [record]]);
  });

  test('a command for a worker that nobody knows is not left', async () => {
    const { workers, close } = await createWorld();

    const known = await workers.command('w9', { id: 'c1', command: grow });
    const listed = await workers.list();
    await close();

    expect([known, listed]).toEqual([false, []]);
  });
});

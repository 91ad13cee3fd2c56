/** Many runs in an emulator's table, written as workers leave them, without workers. */
import { toKey } from '../../lib/aws/run-item.ts';
import { stateShard, taskShard } from '../../lib/aws/run-shard.ts';
import { newId } from '../../lib/core/id.ts';
import { topology } from '../../lib/define/topology.ts';
import type { Emulator } from '../../lib/emulator/index.ts';
import type { App } from '../../lib/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { createRandom } from '../../lib/testing/random.ts';

const STATES = [
  'SUCCESS',
  'SUCCESS',
  'SUCCESS',
  'SUCCESS',
  'FAILURE',
  'RETRY',
  'STARTED',
  'REVOKED',
] as const;

/** The app's queues and its table; its functions do nothing. */
export async function provisionTable(emulator: Emulator, app: App): Promise<void> {
  await provision(emulator, topology(app), () => ({ start: () => ({ invoke: async () => undefined }) }));
}

/** Writes runs a second apart, the newest at `now`; resolves to the id of the 500th. */
export async function fillRuns(emulator: Emulator, app: App, count: number, now: number): Promise<string> {
  const space = { app: app.name, stage: 'dev' };
  const chance = createRandom(7);
  let found = '';
  for (let n = 0; n < count; n++) {
    const task = app.tasks[n % app.tasks.length];
    const state = STATES[Math.floor(chance() * STATES.length)] ?? 'SUCCESS';
    const sentAt = now - n * 1_000;
    const id = newId(space, sentAt, chance);
    if (n === 500) found = id;
    const number = (value: number) => ({ N: String(value) });
    await emulator.call('dynamodb', 'PutItem', {
      TableName: `${app.name}-dev-runs`,
      Item: {
        ...toKey(id),
        id: { S: id },
        task: { S: task?.name ?? '' },
        queue: { S: task?.queue.name ?? '' },
        state: { S: state },
        stateShard: { S: stateShard(state, id) },
        taskShard: { S: taskShard(task?.name ?? '', id) },
        generation: number(0),
        retries: number(state === 'RETRY' ? 1 : 0),
        sentAt: number(sentAt),
        startedAt: number(sentAt + 100),
        ...(state === 'STARTED' || state === 'RETRY' ? {} : { endedAt: number(sentAt + 350) }),
        ...(state === 'SUCCESS' ? { result: { S: JSON.stringify({ paid: n }) } } : {}),
        ...(state === 'FAILURE'
          ? { error: { S: JSON.stringify({ code: 'E', name: 'TypeError', message: `no ${n}` }) } }
          : {}),
      },
    });
  }
  return found;
}

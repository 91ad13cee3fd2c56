import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import type { Call } from '../../lib/aws/call.ts';
import { createReplyQueues } from '../../lib/aws/reply-queues.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { sweepReplies } from '../../lib/runtime/sweep.ts';

const SPACE = { app: 'shop', stage: 'dev' };
const double = defineTask('double', { run: (input: number) => input * 2 });
const shop = defineApp('shop', { tasks: [double] });

function createSweep(sim: Simulation) {
  const call = (service: string, operation: string, input: object) =>
    sim.emulator.call(service, operation, { ...input });
  const lines: LogLine[] = [];
  // The models take and give the SDK's shapes.
  const replies = createReplyQueues(call as Call, SPACE);
  const ports = { clock: sim.emulator.clock, replies, log: (line: LogLine) => lines.push(line) };
  return { lines, replies, sweep: (afterMs?: number) => sweepReplies(ports, SPACE, afterMs) };
}

test('the queue of a client that died is swept after an hour, the others are left', async () => {
  await using sim = simulate(shop);
  const { sweep, replies } = createSweep(sim);
  await sim.connect().call(double(1));
  const dead = (await replies.list('shop-dev-reply-')).map(({ queueName }) => queueName);
  await sim.advance('40m');
  await sim.call(double(1));

  const soon = await sweep();
  await sim.advance('20m');
  const later = await sweep();

  expect([soon.removed, soon.kept.length]).toEqual([[], 2]);
  expect(later).toEqual({
    removed: dead,
    kept: soon.kept.filter((name) => !dead.includes(name)),
    failed: [],
  });
  expect(await sim.call(double(2))).toBe(4);
});

test('a client whose calls wait has beaten in the last minutes', async () => {
  await using sim = simulate(shop);
  const { sweep } = createSweep(sim);
  const waiting = sim.call(double(1, { delay: '15m' }), { timeout: '10m' }).catch((error) => error.code);
  const code = await waiting;

  const swept = await sweep(6 * 60_000);

  expect(code).toBe('CALL_TIMEOUT');
  expect(swept).toMatchObject({ removed: [], failed: [] });
  expect(swept.kept).toHaveLength(1);
});

test('a queue that cannot be removed does not keep the others', async () => {
  await using sim = simulate(shop);
  const { sweep, replies, lines } = createSweep(sim);
  for (const name of ['a', 'b', 'c']) await replies.open(`shop-dev-reply-${name}`, 0);
  const remove = replies.remove;
  Object.assign(replies, {
    remove: (name: string) => (name.endsWith('b') ? Promise.reject(new Error('throttled')) : remove(name)),
  });

  const swept = await sweep();

  expect(swept).toEqual({
    removed: ['shop-dev-reply-a', 'shop-dev-reply-c'],
    kept: [],
    failed: ['shop-dev-reply-b'],
  });
  expect(lines).toMatchObject([{ level: 'warn', queue: 'shop-dev-reply-b', error: 'Error: throttled' }]);
});

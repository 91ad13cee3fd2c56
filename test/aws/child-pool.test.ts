/** A pool of children, here of stubs that say which they are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChildPool } from '../../lib/aws/child-pool.ts';
import { MACHINE_CLOCK } from '../../lib/aws/machine.ts';
import type { Delivery } from '../../lib/runtime/outcome.ts';

const CHILD = `
import { threadId } from 'node:worker_threads';
export function prepare() {}
export function handleBatch({ port }) {
  port.postMessage({ kind: 'begun', pid: process.pid });
  return { back: [String(threadId)], memoryBytes: 0 };
}
`;

let folder: string;
let child: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-child-pool-'));
  const file = join(folder, 'child.mjs');
  writeFileSync(file, CHILD);
  child = pathToFileURL(file).href;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [1, [1, 1, 1, 2]],
  [2, [1, 1, 2, 2]],
  [3, [1, 2, 3, 4]],
])('batches of %d messages: a child is replaced after three', async (size, expected) => {
  const putOff = async (): Promise<readonly string[]> => [];
  const worker = { putOff, handle: putOff, overtime: putOff, isLastChance: () => false };
  const ports = { clock: MACHINE_CLOCK, log: () => {}, state: undefined };
  const pool = await createChildPool(ports, worker, {
    ...{ kind: 'threads', child, size: 1, beatMs: 1_000, tasksMax: 3, memoryBytesMax: undefined },
    settings: { entry: '', app: 'a', stage: 'dev', place: {} },
  });
  const delivery: Delivery = {
    messageId: 'm',
    receipt: 'r',
    body: '',
    receiveCount: 1,
    firstReceivedAt: 0,
  } as Delivery;
  const deliveries = Array.from({ length: size }, () => delivery);

  const threads: string[] = [];
  for (let batch = 0; batch < 4; batch++)
    threads.push(...(await pool.handle({ queueName: 'q', deliveries, deadline: Number.MAX_SAFE_INTEGER })));
  await pool.close();

  const inOrder = [...new Set(threads)];
  expect(threads.map((thread) => inOrder.indexOf(thread) + 1)).toEqual(expected);
});

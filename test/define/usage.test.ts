/** How near an app is to AWS's limits. */
import { expect, test } from 'vitest';
import { topology } from '#lib';
import { toUsage } from '../../lib/define/usage.ts';
import { store } from './store.ts';

test('the fullest of each limit is named, and what is not used at all is left out', () => {
  const usage = toUsage(topology(store));

  expect(usage.map(({ limit, of, used, allowed }) => [limit, of, used, allowed])).toEqual([
    ["characters of a queue's name (SQS)", 'store-dev-line-dlq.fifo', 23, 80],
    ['queues of a topic that carries 1 MiB (SNS)', 'store-dev-lost', 1, 100],
    ['rules of the bus (EventBridge)', 'store-dev', 3, 300],
    ['characters of a pattern (EventBridge)', expect.any(String), expect.any(Number), 2048],
  ]);
});

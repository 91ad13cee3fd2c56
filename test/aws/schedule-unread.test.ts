/** Records of schedules that this version cannot read. */
import { expect, test } from 'vitest';
import type { Call } from '../../lib/aws/call.ts';
import { createScheduleStore } from '../../lib/aws/schedule-store.ts';

const stored = {
  ...{ name: 'report', source: 'runtime', revision: 3, placed: 'ticked', createdAt: 1, changedAt: 2 },
  spec: {
    trigger: { kind: 'cron', fields: { hour: '2' }, timezone: 'Europe/Atlantis' },
    ...{ call: { kind: 'send', task: 'work' }, coalesce: 'latest', jitterMs: 0 },
  },
};
const Item = { content: { S: JSON.stringify(stored) }, count: { N: '3' } };
// Answers the two operations of these tests, of which it has all members that are looked at.
const call = (async () => ({ Item, Items: [Item] })) as unknown as Call;

test('a record with a zone that is none here is there, and says why it cannot be read', async () => {
  const store = createScheduleStore(call, 'runs');

  const found = [await store.read('report'), ...(await store.list({ limit: 10 }))];

  const { spec: _, ...rest } = stored;
  const unreadable = expect.stringContaining("'Europe/Atlantis' is no time zone");
  expect(found).toEqual([
    { ...rest, unreadable },
    { ...rest, unreadable },
  ]);
});

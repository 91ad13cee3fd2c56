import { expect, test } from 'vitest';
import type { Call } from '../../lib/aws/call.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { topology } from '../../lib/define/topology.ts';
import { createEmulator } from '../../lib/emulator/index.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import type { ClaimRequest, Runs } from '../../lib/runtime/ports.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';
import { testRuns } from './runs.ts';
import { LEASE, type OpenRuns, standard } from './runs-world.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });
const { tables, exchanges } = topology(app);

/**
 * Runs of which each is claimed and completed in the same moment as another one, so that both share calls
 * where that is possible: nobody should notice.
 */
function inCompany(runs: Runs): Runs {
  const companions = new Map<string, readonly [ClaimRequest, string]>();
  let count = 0;
  return {
    ...runs,
    async claim(request, owner, leaseUntil) {
      count += 1;
      const companion = [{ ...request, id: `companion-${count}`, first: true }, `owner-${count}`] as const;
      companions.set(owner, companion);
      const [outcome] = await Promise.all([
        runs.claim({ ...request, first: true }, owner, leaseUntil),
        runs.claim(...companion, leaseUntil),
      ]);
      return outcome;
    },
    async complete(request, owner, ending) {
      const companion = companions.get(owner);
      const [ended] = await Promise.all([
        runs.complete(request, owner, ending),
        companion === undefined || runs.complete(...companion, { state: 'SUCCESS', attempts: 1 }),
      ]);
      return ended;
    },
  };
}

for (const [name, open] of Object.entries(DOORS)) {
  const openRuns: OpenRuns = async () => {
    const { call, close, emulator } = await open();
    const nothing = { queues: [], workers: [], buckets: [], later: undefined };
    const onlyTables = { app: 'shop', stage: 'dev', ...nothing, tables, exchanges };
    await provision(emulator, onlyTables, () => {
      throw new Error('there are no workers here');
    });
    return {
      runs: createRuns(call, 'shop-dev-runs'),
      advance: (ms) => emulator.advance(ms),
      close,
    };
  };
  testRuns(name, openRuns);
  testRuns(`${name}, in company`, async () => {
    const world = await openRuns();
    return { ...world, runs: inCompany(world.runs) };
  });
}

test('companions do share their calls', async () => {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' } });
  const none = { queues: [], workers: [], buckets: [], later: undefined };
  const onlyTables = { app: 'shop', stage: 'dev', tables, exchanges, ...none };
  await provision(emulator, onlyTables, () => {
    throw new Error('there are no workers here');
  });
  // The models take and give the SDK's shapes.
  const call = ((service: string, operation: string, input: object) =>
    emulator.call(service, operation, { ...input })) as Call;
  const runs = inCompany(createRuns(call, 'shop-dev-runs'));

  await runs.claim(standard, 'w1', LEASE);
  await runs.complete(standard, 'w1', { state: 'SUCCESS', result: '1', attempts: 1 });

  const counted = emulator.calls().map(({ operation, calls }) => [operation, calls]);
  expect(counted).toContainEqual(['BatchExecuteStatement', 2]);
  expect(counted.map(([operation]) => operation)).not.toContain('UpdateItem');
});

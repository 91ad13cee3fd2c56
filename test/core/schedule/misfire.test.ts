/**
 * Misfires as APScheduler 3.11.2 was measured to treat them (test/vectors/apscheduler-misfire.json), for a
 * scheduler that knows at once when a fire is due. Where ours differs, the difference has a name here.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dueFires } from '../../../lib/core/schedule/look.ts';
import { settle } from '../../../lib/core/schedule/misfire.ts';
import { nextFire } from '../../../lib/core/schedule/spec.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { added, SPACE, specOf } from './spec-of.ts';

interface Row {
  readonly trigger: string;
  readonly coalesce: boolean;
  readonly misfireGraceTimeSeconds: number | null;
  readonly firstDueSecondsAgo: number;
  readonly executed: number;
  readonly missed: number;
  readonly jobRemovedAfterwards: boolean;
  readonly executedScheduledAtOffsets?: readonly number[];
  readonly missedScheduledAtOffsets?: readonly number[];
  readonly max_instances?: number;
}

const text = readFileSync(new URL('../../vectors/apscheduler-misfire.json', import.meta.url), 'utf8');
// The file is generated, and each test names the members it reads.
const { vectors } = JSON.parse(text) as { readonly vectors: readonly Row[] };
/** The rows with max_instances run through time: test/runtime/scheduler.test.ts. */
const rows = vectors.filter(({ max_instances }) => max_instances === undefined);
const NOW = Date.parse('2026-06-01T12:00:00Z');

test.each(rows)('$trigger, coalesce $coalesce, grace $misfireGraceTimeSeconds s: $executed run', (row) => {
  const first = new Date(NOW - row.firstDueSecondsAgo * 1_000);
  const spec = specOf(row.trigger === 'date' ? at(first) : every('60s', { start: first }), {
    coalesce: row.coalesce ? 'latest' : 'all',
    ...(row.misfireGraceTimeSeconds === null ? {} : { misfireGraceMs: row.misfireGraceTimeSeconds * 1_000 }),
  });

  const { fires: due } = dueFires(SPACE, added('job', spec), { handledAt: 0, ahead: [] }, NOW);
  const settled = settle(due, NOW, spec, 0);

  const offsets = (fires: readonly number[]): number[] => fires.map((fire) => (fire - NOW) / 1_000);
  expect(settled.run).toHaveLength(row.executed);
  expect(settled.missed).toHaveLength(row.missed);
  if (row.executedScheduledAtOffsets !== undefined)
    expect(offsets(settled.run)).toEqual(row.executedScheduledAtOffsets);
  if (row.missedScheduledAtOffsets !== undefined)
    expect(offsets(settled.missed)).toEqual(row.missedScheduledAtOffsets);
  expect(nextFire(spec, NOW + 1) === undefined).toBe(row.jobRemovedAfterwards);
});

test('all 14 measured rows are looked at, 11 of them here', () => {
  const counts = [vectors.length, rows.length];

  expect(counts).toEqual([14, 11]);
});

test("'earliest' keeps the first that is still within its grace; those before are misfires", () => {
  const fires = [-330, -270, -210, -150, -90, -30].map((offset) => NOW + offset * 1_000);

  const settled = settle(fires, NOW, { coalesce: 'earliest', misfireGraceMs: 200_000 }, 0);

  // A difference from APScheduler 4, which tries the very first and then nothing: none inside its grace is
  // lost.
  expect(settled.run).toEqual([NOW - 150_000]);
  expect(settled.missed).toEqual([NOW - 330_000, NOW - 270_000, NOW - 210_000]);
  expect(settled.coalesced).toEqual([NOW - 90_000, NOW - 30_000]);
});

test('on AWS fires that are less than two minutes late run each for itself', () => {
  const fires = [-330, -270, -210, -150, -90, -30].map((offset) => NOW + offset * 1_000);

  const settled = settle(fires, NOW, { coalesce: 'latest' }, 120_000);

  // A difference from APScheduler: EventBridge Scheduler is up to a minute late without any outage.
  expect(settled.run).toEqual([NOW - 150_000, NOW - 90_000, NOW - 30_000]);
  expect(settled.coalesced).toHaveLength(3);
});

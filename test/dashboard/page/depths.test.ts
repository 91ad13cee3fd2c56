import { expect, test } from 'vitest';
import { createDepths } from '../../../lib/dashboard/page/depths.ts';
import type { Overview } from '../../../lib/dashboard/row.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1, 12);

function overviewAt(now: number, ready: number): Overview {
  const queue = { ordered: false, paused: false, consumers: [], tasks: [], inFlight: 1, delayed: 0 };
  return {
    ...{
      app: 'shop',
      stage: 'prod',
      now,
      readOnly: false,
      keepsRuns: true,
      states: {},
      series: [],
      deadLetters: 9,
    },
    queues: [
      { ...queue, name: 'work', kind: 'queue', ready, oldest: 5 },
      { ...queue, name: 'work-dlq', kind: 'dead-letter', ready: 9 },
    ],
  };
}

test('without a measure notes are taken every 5 s, and the drawing is wide from the beginning', () => {
  const depths = createDepths();

  depths.note(overviewAt(NOW, 1));
  depths.note(overviewAt(NOW + 3_000, 2));
  const noted = depths.note(overviewAt(NOW + 6_000, 3));

  expect(depths.measured).toBe(false);
  expect(noted).toHaveLength(24);
  // The newest stands for its whole stretch.
  expect(noted.slice(-2)).toMatchObject([
    { at: NOW, ready: 2, inFlight: 1, oldest: 5 },
    { at: NOW + 6_000, ready: 3 },
  ]);
  expect(noted[0]).toEqual({ at: NOW - 22 * 5_000 });
});

test('what was measured before comes first, by the minute over all queues, and notes go on', () => {
  const depths = createDepths();
  const at = (n: number) => NOW - (40 - n) * MINUTE;
  depths.note(overviewAt(NOW, 1));
  depths.begin({
    stepMs: MINUTE,
    queues: [
      {
        name: 'work',
        points: [
          { at: at(0), ready: 4, oldest: 7, sent: 6 },
          { at: at(3), ready: 1, deleted: 2 },
        ],
      },
      { name: 'mail', points: [{ at: at(0), ready: 2, oldest: 9, sent: 1 }] },
    ],
  });

  depths.note(overviewAt(NOW + 10_000, 5));
  const noted = depths.note(overviewAt(NOW + MINUTE, 6));

  expect(depths.measured).toBe(true);
  expect(noted.filter((note) => 'ready' in note)).toEqual([
    { at: at(0), ready: 6, inFlight: 0, delayed: 0, oldest: 9, sent: 7, deleted: 0 },
    // Nobody measured anything: the queues were idle.
    { at: at(1), ready: 0, inFlight: 0, delayed: 0, oldest: undefined, sent: 0, deleted: 0 },
    { at: at(2), ready: 0, inFlight: 0, delayed: 0, oldest: undefined, sent: 0, deleted: 0 },
    { at: at(3), ready: 1, inFlight: 0, delayed: 0, oldest: undefined, sent: 0, deleted: 2 },
    { at: NOW, ready: 5, inFlight: 1, delayed: 0, oldest: 5 },
    { at: NOW + MINUTE, ready: 6, inFlight: 1, delayed: 0, oldest: 5 },
  ]);
});

test('an empty measure, as beside an emulator, changes nothing', () => {
  const depths = createDepths();

  depths.begin({ stepMs: MINUTE, queues: [] });
  depths.note(overviewAt(NOW, 1));

  expect(depths.measured).toBe(false);
});

import { expect, test } from 'vitest';
import { liveWeek, MINUTE, type Week } from './schedule-week.ts';

/** How many days of a week without faults; the whole week with CELERIAC_WEEK=7. */
const DAYS = Number(process.env.CELERIAC_WEEK ?? 2);

test.each([
  ['clocks go forward in Europe', '2026-03-28T12:00:00Z', DAYS],
  ['clocks go back in North America', '2026-10-31T12:00:00Z', 1],
])(
  'when %s, 200 schedules fire exactly, each fire once, and at its second where it is ticked',
  async (_, start, days) => {
    const week = await liveWeek({ start, days });

    const ids = week.runs.map(({ id }) => id).sort();
    expect(ids).toEqual([...week.expected.keys()].sort());
    expect(lateness(week, true).max).toBeLessThanOrEqual(1_000);
    expect(lateness(week, true).min).toBeGreaterThanOrEqual(0);
    // The service fires within a minute, and the message needs a moment more.
    expect(lateness(week, false).max).toBeLessThanOrEqual(MINUTE + 1_000);
    expect(lateness(week, false).min).toBeGreaterThanOrEqual(0);
    // Both kinds, often enough to mean something.
    expect(lateness(week, true).count).toBeGreaterThan(100 * days);
    expect(lateness(week, false).count).toBeGreaterThan(50 * days);
  },
);

/** Nothing works for ten minutes: neither the record, nor queues, nor the service's deliveries. */
const OUTAGE = ['dynamodb', 'sqs', 'scheduler'].map((service) => ({
  ...{ fault: 'error' as const, rate: 1, service },
  ...{ from: '2026-03-29T00:50:00Z', until: '2026-03-29T01:00:00Z' },
}));

const EVERYTHING = [
  { faults: [lost(0.2), doubled(0.2), ...OUTAGE] },
  {
    duplicate: 0.1,
    loseAck: 0.05,
    crashAfterSend: 0.03,
    crashBeforeWrite: 0.03,
    loseAnswer: 0.03,
    throttle: 0.03,
  },
] as const;

test.each([
  ['ticks are lost and doubled', { faults: [lost(0.3), doubled(0.3)] }, {}],
  ['every service is out for ten minutes', { faults: OUTAGE }, {}],
  [
    'functions die between the record and the send, and before and after either',
    { faults: [doubled(0.2)] },
    { crashBeforeWrite: 0.05, crashAfterWrite: 0.05, crashBeforeSend: 0.05, crashAfterSend: 0.05 },
  ],
  ['all of it comes together, and messages are delivered twice', ...EVERYTHING],
])('when %s, no fire is lost and none is another one', async (_, plan, faults) => {
  const week = await liveWeek({ start: '2026-03-28T21:00:00Z', days: 0.25, plan, faults, seed: 7 });

  const ids = new Set(week.runs.map(({ id }) => id));
  expect([...ids].sort()).toEqual([...week.expected.keys()].sort());
  // Whoever dies between a run and its record runs it again, which no claim can know.
  if (plan.faults[0]?.fault === 'loseFire' && Object.keys(faults).length === 0)
    expect(week.runs).toHaveLength(ids.size);
  expect(week.faults + Object.keys(faults).length).toBeGreaterThan(10);
});

test('workflows that schedules send begin once a fire, and run to their end, whatever strikes', async () => {
  const [plan, faults] = EVERYTHING;

  const week = await liveWeek({
    ...{ start: '2026-03-28T21:00:00Z', days: 0.25, chains: true },
    ...{ plan, faults, seed: 7 },
  });

  const ids = new Set(week.runs.map(({ id }) => id));
  expect([...ids].sort()).toEqual([...week.expected.keys()].sort());
  expect(week.expected.size).toBeGreaterThan(200);
  expect(week.faults).toBeGreaterThan(10);
});

function lost(rate: number) {
  return { fault: 'loseFire' as const, rate, schedule: 'week-dev.celeriac.ticker' };
}

function doubled(rate: number) {
  return { fault: 'doubleFire' as const, rate };
}

/** How late runs were; the very first tick comes within the minute after a deploy. */
function lateness({ runs, expected, begin }: Week, ticked: boolean) {
  const late = runs.flatMap(({ id, at }) => {
    const fire = expected.get(id);
    if (fire === undefined || fire.ticked !== ticked || fire.at < begin + 2 * MINUTE) return [];
    return [at - fire.at];
  });
  return { max: Math.max(...late), min: Math.min(...late), count: late.length };
}

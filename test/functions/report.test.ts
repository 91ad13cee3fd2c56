import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flight, LATE_AFTER_MINUTES, type Tally, tally } from '../../functions/flights.ts';
import { toReport, toTable } from '../../functions/report.ts';

test('tallies of chunks add up by airport, in alphabetical order', () => {
  const report = toReport([
    { SJC: { departures: 2, late: 1, totalDelay: 30 } },
    { LAX: { departures: 1, late: 0, totalDelay: -4 }, SJC: { departures: 2, late: 0, totalDelay: 0 } },
  ]);

  expect(JSON.stringify(report)).toBe(
    JSON.stringify({
      flights: 5,
      airports: {
        LAX: { departures: 1, late: 0, meanDelay: -4 },
        SJC: { departures: 4, late: 1, meanDelay: 7.5 },
      },
    }),
  );
});

test('no flights give an empty report and a table that says so', () => {
  const report = toReport([]);

  expect(report).toEqual({ flights: 0, airports: {} });
  expect(toTable(report)).toBe(
    'airport     departures  late  mean delay (min)\n0 airports           0     0',
  );
});

test('a table is aligned: names to the left, figures to the right', () => {
  const report = toReport([
    { LAX: { departures: 120, late: 20, totalDelay: 600 }, SJC: { departures: 3, late: 1, totalDelay: -1 } },
  ]);

  expect(toTable(report).split('\n')).toEqual([
    'airport     departures  late  mean delay (min)',
    'LAX                120    20               5.0',
    'SJC                  3     1              -0.3',
    '2 airports         123    21',
  ]);
});

test.each([
  [LATE_AFTER_MINUTES, 0],
  [LATE_AFTER_MINUTES + 1, 1],
])('a delay of %i minutes counts %i late flights', (delay, late) => {
  expect(tallied([flight('LAX', delay)])).toEqual({ LAX: { departures: 1, late, totalDelay: delay } });
});

test('an airport may be called like a member of every object', () => {
  expect(toReport([tallied([flight('constructor', 20)])]).airports).toEqual({
    constructor: { departures: 1, late: 1, meanDelay: 20 },
  });
});

test('the figures do not depend on how the flights are cut into chunks', () => {
  const flights = fc.array(
    fc.record({ origin: fc.constantFrom('LAX', 'SJC', 'HNL'), delay: fc.integer({ min: -60, max: 1_500 }) }),
  );
  fc.assert(
    fc.property(flights, fc.integer({ min: 1, max: 7 }), (records, size) => {
      const whole = records.map(({ origin, delay }) => flight(origin, delay));
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.slice(index * size, (index + 1) * size),
      );

      expect(toReport(chunks.map(tallied))).toEqual(toReport([tallied(whole)]));
    }),
  );
});

function flight(origin: string, delay: number): Flight {
  return { date: '2001/01/01 06:55', delay, distance: 1_797, origin, destination: 'BNA' };
}

/** What the task's handler returns; it looks at nothing but its input. */
function tallied(chunk: readonly Flight[]): Readonly<Record<string, Tally>> {
  // A task's handler is typed for the worker, which has parsed the input and brings a context.
  const run = tally.run as unknown as (input: readonly Flight[]) => Readonly<Record<string, Tally>>;
  return run(chunk);
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flight, isLate, LATE_AFTER_MINUTES, type Tally, toKey } from '../../functions/flights.ts';
import { toReport, toTable } from '../../functions/report.ts';

test('tallies of flights add up by airport, in alphabetical order', () => {
  const report = toReport([tallied('SJC', 30, true), tallied('LAX', -4, false), tallied('SJC', 0, false)]);

  expect(JSON.stringify(report)).toBe(
    JSON.stringify({
      flights: 3,
      airports: {
        LAX: { departures: 1, late: 0, meanDelay: -4 },
        SJC: { departures: 2, late: 1, meanDelay: 15 },
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
  const report = {
    flights: 123,
    airports: {
      LAX: { departures: 120, late: 20, meanDelay: 5 },
      SJC: { departures: 3, late: 1, meanDelay: -1 / 3 },
    },
  };

  expect(toTable(report).split('\n')).toEqual([
    'airport     departures  late  mean delay (min)',
    'LAX                120    20               5.0',
    'SJC                  3     1              -0.3',
    '2 airports         123    21',
  ]);
});

test.each([
  [LATE_AFTER_MINUTES, 'flight.LAX.BNA.ontime'],
  [LATE_AFTER_MINUTES + 1, 'flight.LAX.BNA.late'],
])('a delay of %i minutes is published as %s', (delay, key) => {
  const flight: Flight = {
    date: '2001/01/01 06:55',
    delay,
    distance: 1_797,
    origin: 'LAX',
    destination: 'BNA',
  };

  expect(toKey(flight)).toBe(key);
  expect(isLate(flight)).toBe(key.endsWith('late'));
});

test('an airport may be called like a member of every object', () => {
  expect(toReport([tallied('constructor', 20, true)]).airports).toEqual({
    constructor: { departures: 1, late: 1, meanDelay: 20 },
  });
});

test('the figures do not depend on the order in which flights are tallied', () => {
  const tally = fc.record({
    origin: fc.constantFrom('LAX', 'SJC', 'HNL'),
    late: fc.boolean(),
    delay: fc.integer({ min: -60, max: 1_500 }),
  });
  fc.assert(
    fc.property(fc.array(tally), (tallies) => {
      expect(toReport([...tallies].reverse())).toEqual(toReport(tallies));
    }),
  );
});

function tallied(origin: string, delay: number, late: boolean): Tally {
  return { origin, late, delay };
}

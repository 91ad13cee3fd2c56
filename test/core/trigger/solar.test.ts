/** The sun where it is difficult: polar days and nights, poles, midnight suns, the date line. */
import { expect, test } from 'vitest';
import { SOLAR_EVENTS, type SolarEvent, solar } from '../../../lib/core/trigger/solar.ts';
import { fireTimes, nextFireTime } from '../../../lib/core/trigger/trigger.ts';

const tromso = { latitude: 69.6492, longitude: 18.9553 };
const year = [new Date('2026-01-01T00:00:00Z'), new Date('2026-12-31T23:59:59Z')] as const;

test('in Tromsø the sun does not set from May to July nor rise in December', () => {
  const sunrises = fireTimes(solar('sunrise', tromso), ...year).map((fire) =>
    fire.toISOString().slice(0, 10),
  );
  const sunsets = fireTimes(solar('sunset', tromso), ...year).map((fire) => fire.toISOString().slice(0, 10));

  const gaps = (days: readonly string[]): readonly string[] =>
    days.filter((day, index) => Date.parse(days[index + 1] ?? day) - Date.parse(day) > 7 * 86_400_000);
  expect(gaps(sunrises)).toEqual(['2026-05-17']);
  expect(gaps(sunsets)).toEqual(['2026-05-17']);
  expect([sunrises[0], sunrises.at(-1), sunsets[0], sunsets.at(-1)]).toEqual([
    '2026-01-15',
    '2026-11-27',
    '2026-01-15',
    '2026-11-27',
  ]);
});

test.each(SOLAR_EVENTS)('%s happens at least once a year everywhere, also at the poles', (event) => {
  for (const latitude of [-90, -89.9, -66.5, 0, 66.5, 89.9, 90]) {
    const fires = fireTimes(solar(event, { latitude, longitude: 180 }), ...year);

    expect(fires.length).toBeGreaterThan(0);
    expect(fires.length).toBeLessThanOrEqual(367);
  }
});

test('the events of a day follow each other as the sun goes', () => {
  const place = { latitude: 40.7128, longitude: -74.006 };
  const midnight = new Date('2026-03-20T05:00:00Z');

  const times = SOLAR_EVENTS.map((event) => nextFireTime(solar(event, place), midnight)?.getTime() ?? 0);

  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

test('start and end bound the fires, which are whole seconds', () => {
  const trigger = solar('sunrise', { ...tromso, start: '2026-03-01T12:00:00Z', end: '2026-03-03T12:00:00Z' });

  const fires = fireTimes(trigger, ...year);

  expect(fires.map((fire) => fire.toISOString().slice(0, 10))).toEqual(['2026-03-02', '2026-03-03']);
  expect(fires.map((fire) => fire.getTime() % 1_000)).toEqual([0, 0]);
});

test('before 1900 the first fire is in 1900, from 2200 on there is none', () => {
  const noon = solar('solar_noon', { latitude: 0, longitude: 0 });

  expect(nextFireTime(noon, new Date('1066-10-14T00:00:00Z'))?.toISOString().slice(0, 10)).toBe('1900-01-01');
  expect(nextFireTime(noon, new Date('2200-01-01T00:00:00Z'))).toBeUndefined();
});

test.each<[SolarEvent, number, number, string]>([
  // Not an event of the type, which JavaScript does not see.
  [
    'noon' as SolarEvent,
    0,
    0,
    "solar: 'noon' is no event; allowed: dawn_astronomical, dawn_nautical, dawn_civil, sunrise",
  ],
  ['sunrise', 91, 0, 'latitude: 91 is out of range; allowed: -90 to 90 degrees'],
  ['sunrise', 0, -181, 'longitude: -181 is out of range; allowed: -180 to 180 degrees'],
  ['sunrise', Number.NaN, 0, 'latitude: NaN is out of range; allowed: -90 to 90 degrees'],
])('%s at %d, %d is refused', (event, latitude, longitude, message) => {
  const make = () => solar(event, { latitude, longitude });

  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_TRIGGER' }));
  expect(make).toThrow(message);
});

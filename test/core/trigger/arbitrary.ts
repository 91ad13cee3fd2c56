/**
 * Triggers by chance: each cron field comes with a predicate of its own making, so that tests need not trust
 * the parser.
 */
import fc from 'fast-check';
import type { Duration } from '../../../lib/core/duration.ts';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { type CronOptions, cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { SOLAR_EVENTS, solar } from '../../../lib/core/trigger/solar.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';

/** A field's text, and whether a value (or for days a date in UTC) matches it. */
export interface Field<Value> {
  readonly text: string;
  matches(value: Value): boolean;
}

/**
 * Zones with every kind of clock change: none, an hour, half an hour, at midnight, 45 minutes off, a day left
 * out.
 */
export const ZONES = [
  ...['UTC', 'Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kolkata'],
  ...[
    'America/St_Johns',
    'Pacific/Chatham',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Asia/Beirut',
    'Europe/Dublin',
  ],
];

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A numeric field: '*', one value, a range, a wrapping range, steps, and lists of those. */
export function fieldOf(min: number, max: number): fc.Arbitrary<Field<number>> {
  const size = max - min + 1;
  const value = fc.integer({ min, max });
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Field<number>>({ text: '*', matches: () => true }) },
    value.map((one): Field<number> => ({ text: `${one}`, matches: (given) => given === one })),
    fc.tuple(value, value).map(
      ([from, to]): Field<number> => ({
        text: `${from}-${to}`,
        matches: (given) => (from <= to ? given >= from && given <= to : given >= from || given <= to),
      }),
    ),
    fc
      .integer({ min: 1, max: Math.max(1, Math.floor(size / 2)) })
      .map((step): Field<number> => ({ text: `*/${step}`, matches: (given) => (given - min) % step === 0 })),
    fc.tuple(fc.integer({ min, max: min + Math.floor(size / 2) }), fc.integer({ min: 1, max: 3 })).map(
      ([from, step]): Field<number> => ({
        text: `${from}/${step}`,
        matches: (given) => given >= from && (given - from) % step === 0,
      }),
    ),
  );
  return listOf(part);
}

/** A day-of-week field by names, and by the n-th in the month. */
export const weekdayField: fc.Arbitrary<Field<Date>> = listOf(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Field<Date>>({ text: '*', matches: () => true }) },
    fc
      .integer({ min: 0, max: 7 })
      .map((day): Field<Date> => ({ text: `${day}`, matches: (date) => date.getUTCDay() === day % 7 })),
    fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 })).map(
      ([day, nth]): Field<Date> => ({
        text: `${WEEKDAYS[day]}#${nth}`,
        matches: (date) => date.getUTCDay() === day && Math.ceil(date.getUTCDate() / 7) === nth,
      }),
    ),
  ),
);

/** A day field with all of its words. */
export const dayField: fc.Arbitrary<Field<Date>> = listOf(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Field<Date>>({ text: '*', matches: () => true }) },
    fieldOf(1, 31).map(
      ({ text, matches }): Field<Date> => ({ text, matches: (date) => matches(date.getUTCDate()) }),
    ),
    fc.integer({ min: 0, max: 5 }).map(
      (minus): Field<Date> => ({
        text: minus === 0 ? 'last' : `L-${minus}`,
        matches: (date) =>
          inDays(date, minus).getUTCMonth() === date.getUTCMonth() && isLast(inDays(date, minus)),
      }),
    ),
    fc.integer({ min: 0, max: 6 }).map(
      (day): Field<Date> => ({
        text: `last ${WEEKDAYS[day]}`,
        matches: (date) => date.getUTCDay() === day && inDays(date, 7).getUTCMonth() !== date.getUTCMonth(),
      }),
    ),
    fc
      .integer({ min: 1, max: 31 })
      .map((day): Field<Date> => ({ text: `${day}W`, matches: (date) => isNearest(date, day) })),
  ),
);

/** Any DST policy. */
export const anyPolicy = fc.record({
  missing: fc.constantFrom('skip', 'shift'),
  repeated: fc.constantFrom('first', 'both'),
});

/** Any trigger, to a depth of two. */
export const anyTrigger: fc.Arbitrary<Trigger> = fc.letrec<{
  trigger: Trigger;
  simple: Trigger;
  solar: Trigger;
}>((tie) => ({
  simple: fc.oneof(
    { weight: 4, arbitrary: anyCron({}) },
    fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom('s', 'm', 'h', 'd')).map(([count, unit]) => {
      // A number and a unit are a duration.
      return every(`${count}${unit}` as Duration, count % 3 === 0 ? { start: '2024-05-05T05:05:00Z' } : {});
    }),
    fc
      .date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((date) => at(date)),
    fc
      .record({
        months: fc.integer({ min: 0, max: 14 }),
        days: fc.integer({ min: 0, max: 40 }),
        hour: fc.integer({ min: 0, max: 23 }),
        timezone: fc.constantFrom(...ZONES),
        start: fc.constantFrom('2024-01-31', '2023-12-25', '1970-01-01'),
      })
      .map((options) => calendar(options.months + options.days === 0 ? { ...options, days: 1 } : options)),
  ),
  solar: fc
    .record({
      event: fc.constantFrom(...SOLAR_EVENTS),
      latitude: fc.integer({ min: -90, max: 90 }),
      longitude: fc.integer({ min: -180, max: 180 }),
    })
    .map(({ event, ...place }) => solar(event, place)),
  trigger: fc.oneof(
    { weight: 4, arbitrary: tie('simple') },
    tie('solar'),
    fc
      .array(fc.oneof(tie('simple'), tie('solar')), { minLength: 1, maxLength: 3 })
      .map((all) => anyOf(...all)),
    fc.array(tie('simple'), { minLength: 1, maxLength: 2 }).map((all) => allOf(...all)),
  ),
})).trigger;

/** Any cron trigger, with any options but the given ones. */
export function anyCron(options: CronOptions): fc.Arbitrary<Trigger> {
  return fc
    .record({
      second: fc.constantFrom('0', '0', '*/20', '7'),
      minute: fieldOf(0, 59),
      hour: fieldOf(0, 23),
      day: dayField,
      month: fieldOf(1, 12),
      dayOfWeek: weekdayField,
      timezone: fc.constantFrom(...ZONES),
      dst: anyPolicy,
      dayMatch: fc.constantFrom('and', 'or'),
    })
    .map(({ second, minute, hour, day, month, dayOfWeek, ...rest }) =>
      cron(
        {
          second,
          minute: minute.text,
          hour: hour.text,
          day: day.text,
          month: month.text,
          dayOfWeek: dayOfWeek.text,
        },
        { ...rest, ...options },
      ),
    );
}

function listOf<Value>(part: fc.Arbitrary<Field<Value>>): fc.Arbitrary<Field<Value>> {
  return fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(','),
    matches: (value) => parts.some((one) => one.matches(value)),
  }));
}

function inDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000);
}

function isLast(date: Date): boolean {
  return inDays(date, 1).getUTCMonth() !== date.getUTCMonth();
}

/**
 * Whether a date is the weekday nearest to a day of its month, by looking at all candidates in order of
 * distance.
 */
function isNearest(date: Date, day: number): boolean {
  const month = (d: number): Date => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), d));
  if (month(day).getUTCMonth() !== date.getUTCMonth()) return false;
  const candidates = [day, day - 1, day + 1, day - 2, day + 2].map(month);
  const nearest = candidates.find(
    (one) => one.getUTCMonth() === date.getUTCMonth() && one.getUTCDay() !== 0 && one.getUTCDay() !== 6,
  );
  return nearest?.getUTCDate() === date.getUTCDate();
}

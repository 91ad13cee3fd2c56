/**
 * Laws of triggers, by chance: order, no earlier match, sums and intersections, JSON, and a sentence for
 * each.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Duration, toMilliseconds } from '../../../lib/core/duration.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { describe as sentence } from '../../../lib/core/trigger/describe.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { fireTimes, nextFireTime } from '../../../lib/core/trigger/trigger.ts';
import { parseTrigger } from '../../../lib/core/trigger/trigger-data.ts';
import type { DstPolicy } from '../../../lib/core/trigger/zone.ts';
import { anyCron, anyPolicy, anyTrigger, dayField, type Field, fieldOf, weekdayField } from './arbitrary.ts';
import { firesFrom } from './vector.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Laws run through thousands of fires; a loaded machine takes its time. */
const TIMEOUT_MS = 60_000;
const RUNS = 100;
const anyTime = fc.date({ min: new Date('2000-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });

test(
  'fires are strictly increasing and never before the time asked about',
  () => {
    fc.assert(
      fc.property(anyTrigger, anyTime, (trigger, after) => {
        let last = after.getTime() - 1;
        for (let count = 0; count < 4; count++) {
          const fire = nextFireTime(trigger, new Date(last + 1));
          if (fire === undefined) return;
          expect(fire.getTime()).toBeGreaterThan(last);
          // Asked about a fire, or about any time since the one before, the answer is that fire.
          expect(nextFireTime(trigger, fire)).toEqual(fire);
          expect(nextFireTime(trigger, new Date(Math.floor((last + 1 + fire.getTime()) / 2)))).toEqual(fire);
          last = fire.getTime();
        }
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  'a trigger that went through JSON is the same trigger',
  () => {
    fc.assert(
      fc.property(anyTrigger, anyTime, (trigger, after) => {
        const data: unknown = JSON.parse(JSON.stringify(trigger));

        const again = parseTrigger(data);

        expect(again).toEqual(trigger);
        expect(data).toEqual(trigger);
        expect(nextFireTime(again, after)).toEqual(nextFireTime(trigger, after));
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  'every trigger has a sentence',
  () => {
    fc.assert(
      fc.property(anyTrigger, (trigger) => {
        expect(sentence(trigger)).toMatch(/^(at|every|once|when) (?!.*(undefined|NaN| {2}|\[object))/);
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

/** Clock changes, where brute force must look: an hour, half an hour, at midnight, a whole day, none. */
const CHANGES = [
  ['UTC', '2024-02-28T12:00Z'],
  ['Asia/Kolkata', '2024-12-31T12:00Z'],
  ['Europe/Oslo', '2024-03-31T01:00Z'],
  ['Europe/Oslo', '2024-10-27T01:00Z'],
  ['America/New_York', '2024-03-10T07:00Z'],
  ['America/New_York', '2024-11-03T06:00Z'],
  ['America/St_Johns', '2024-11-03T04:30Z'],
  ['Australia/Lord_Howe', '2024-04-06T15:00Z'],
  ['Australia/Lord_Howe', '2024-10-05T15:30Z'],
  ['Pacific/Chatham', '2024-04-06T14:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z'],
  ['Asia/Beirut', '2022-03-26T22:00Z'],
  ['Asia/Beirut', '2022-10-29T21:00Z'],
  ['Africa/Casablanca', '2024-03-10T02:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
] as const;

interface Model {
  readonly minute: Field<number>;
  readonly hour: Field<number>;
  readonly day: Field<Date>;
  readonly month: Field<number>;
  readonly dayOfWeek: Field<Date>;
}

function matches(model: Model, dayMatch: 'and' | 'or', local: Date): boolean {
  const { minute, hour, day, month, dayOfWeek } = model;
  if (!minute.matches(local.getUTCMinutes()) || !hour.matches(local.getUTCHours())) return false;
  if (!month.matches(local.getUTCMonth() + 1)) return false;
  const either = dayMatch === 'or' && !day.text.startsWith('*') && !dayOfWeek.text.startsWith('*');
  return either
    ? day.matches(local) || dayOfWeek.matches(local)
    : day.matches(local) && dayOfWeek.matches(local);
}

/** What the clocks of a zone show, minute by minute, from two days before a time to two days after it. */
const clocks = new Map<string, readonly (readonly [instant: number, local: number])[]>();

function clockAround(
  timezone: string,
  around: number,
): readonly (readonly [instant: number, local: number])[] {
  const known = clocks.get(`${timezone} ${around}`);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const shown = Array.from({ length: (4 * DAY) / MINUTE }, (_, index) => {
    const instant = around - 2 * DAY + index * MINUTE;
    return [instant, Date.parse(`${format.format(instant).replace(' ', 'T')}Z`)] as const;
  });
  clocks.set(`${timezone} ${around}`, shown);
  return shown;
}

/** Every fire from a day before a time to a day after it, by trying each minute of real time. */
function bruteForce(
  fires: (local: Date) => boolean,
  timezone: string,
  dst: DstPolicy,
  around: number,
): readonly number[] {
  const seen = new Set<number>();
  const found = new Set<number>();
  let previous = Number.NaN;
  for (const [instant, local] of clockAround(timezone, around)) {
    for (let left = previous + MINUTE; left < local && dst.missing === 'shift'; left += MINUTE) {
      // What the clocks left out comes as much later as it would have come without the change.
      if (fires(new Date(left))) found.add(instant + left - previous - MINUTE);
    }
    if (fires(new Date(local)) && (dst.repeated === 'both' || !seen.has(local))) found.add(instant);
    seen.add(local);
    previous = local;
  }
  return [...found].filter((instant) => Math.abs(instant - around) <= DAY).sort((a, b) => a - b);
}

test(
  'cron fires exactly at the minutes that brute force finds, in every zone and under every policy',
  () => {
    const model = fc.record({
      minute: fieldOf(0, 59),
      hour: fieldOf(0, 23),
      day: dayField,
      month: fc.oneof(fc.constant({ text: '*', matches: () => true }), fieldOf(1, 12)),
      dayOfWeek: weekdayField,
    });
    const anyMatch = fc.constantFrom<'and' | 'or'>('and', 'or');
    fc.assert(
      fc.property(
        model,
        anyPolicy,
        anyMatch,
        fc.constantFrom(...CHANGES),
        (fields, dst, dayMatch, [timezone, change]) => {
          const { minute, hour, day, month, dayOfWeek } = fields;
          const texts = {
            minute: minute.text,
            hour: hour.text,
            day: day.text,
            month: month.text,
            dayOfWeek: dayOfWeek.text,
          };
          const trigger = cron(texts, { timezone, dst, dayMatch });
          const around = Date.parse(change.replace('Z', ':00Z'));

          const fires = fireTimes(trigger, new Date(around - DAY), new Date(around + DAY));

          const expected = bruteForce((local) => matches(fields, dayMatch, local), timezone, dst, around);
          expect(fires.map((fire) => fire.getTime())).toEqual(expected);
        },
      ),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  'an anyOf fires when one of its parts does, an allOf when all do',
  () => {
    const part = fc.oneof(
      anyCron({}),
      fc.constantFrom<Duration>('1m', '7m', '90m', '6h').map((interval) => every(interval)),
      fc
        .constantFrom<Duration>('5m', '1h')
        .map((interval) => every(interval, { start: '2024-03-30T00:03:00Z' })),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (triggers) => {
        const [from, to] = [new Date('2024-03-30T00:00:00Z'), new Date('2024-04-02T00:00:00Z')];
        const sets = triggers.map(
          (trigger) => new Set(fireTimes(trigger, from, to).map((fire) => fire.getTime())),
        );
        const all = [...new Set(sets.flatMap((set) => [...set]))].sort((a, b) => a - b);

        const any = fireTimes(anyOf(...triggers), from, to).map((fire) => fire.getTime());
        const every = fireTimes(allOf(...triggers), from, to).map((fire) => fire.getTime());

        expect(any).toEqual(all);
        expect(every).toEqual(all.filter((time) => sets.every((set) => set.has(time))));
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test('intervals meet where arithmetic says, also beyond what a double can count', () => {
  const interval = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -30, max: 30 }));
  fc.assert(
    fc.property(interval, interval, ([p, a], [q, b]) => {
      const trigger = allOf(
        every(`${p}s`, { start: new Date(a * 1_000) }),
        every(`${q}s`, { start: new Date(b * 1_000) }),
      );
      const meets = (s: number): boolean => s >= Math.max(a, b) && (s - a) % p === 0 && (s - b) % q === 0;
      const expected = Array.from({ length: 3_000 }, (_, index) => index - 30).find(meets);

      const fire = nextFireTime(trigger, new Date(-30_000));

      expect(fire?.getTime()).toBe(expected === undefined ? undefined : expected * 1_000);
    }),
    { numRuns: RUNS },
  );
  const primes = [999_999_937, 999_999_929, 999_999_893].map((ms) => every(`${ms}ms`));
  expect(firesFrom(allOf(...primes), new Date(0), 2)).toEqual(['1970-01-01T00:00:00Z', null]);
  expect(toMilliseconds('999999937ms')).toBe(999_999_937);
});

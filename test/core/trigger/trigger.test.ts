/** Lists of fires, and triggers that come back from JSON. */
import { expect, test } from 'vitest';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { fireTimes, nextFireTime, type Trigger } from '../../../lib/core/trigger/trigger.ts';
import { parseTrigger } from '../../../lib/core/trigger/trigger-data.ts';

test('a time may be text with an offset, as in the options of triggers', () => {
  expect(nextFireTime(every('1h'), '2026-01-01T01:30:00+01:00')).toEqual(new Date('2026-01-01T01:00:00Z'));
  expect(fireTimes(every('1h'), '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z')).toHaveLength(2);
});

test.each([every('1h'), cron('@hourly')])('what is no time is refused, and not answered (%j)', (trigger) => {
  const never = new Date(Number.NaN);

  expect(() => nextFireTime(trigger, never)).toThrow(
    expect.objectContaining({
      code: 'INVALID_TRIGGER',
      message: "after: 'Invalid Date' is no time; allowed: a valid Date",
    }),
  );
  expect(() => fireTimes(trigger, never, new Date(0))).toThrow("from: 'Invalid Date' is no time");
  expect(() => fireTimes(trigger, new Date(0), never)).toThrow("to: 'Invalid Date' is no time");
});

test('null is what is not given, as JSON writes it', () => {
  // Types do not allow it; data that came from elsewhere has it.
  const nothing = { start: null, end: null } as unknown as Record<string, never>;

  expect(every('1h', nothing)).toEqual(every('1h'));
  expect(calendar({ days: 1, ...nothing })).toEqual(calendar({ days: 1 }));
  expect(
    cron({ hour: 2, ...({ day: null, second: null } as unknown as Record<string, never>) }, nothing),
  ).toEqual(cron({ hour: 2 }));
});

test('fireTimes includes both ends', () => {
  const fires = fireTimes(every('1h'), new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T02:00:00Z'));

  expect(fires.map((fire) => fire.getUTCHours())).toEqual([0, 1, 2]);
});

test('fireTimes of an empty stretch is empty', () => {
  expect(fireTimes(every('1h'), new Date('2026-01-01T00:01:00Z'), new Date('2026-01-01T00:59:00Z'))).toEqual(
    [],
  );
  expect(fireTimes(every('1h'), new Date('2026-01-02'), new Date('2026-01-01'))).toEqual([]);
});

test('more than a million fires are refused, not cut off', () => {
  const list = () => fireTimes(every('1ms'), new Date(0), new Date(1_000_001));

  expect(list).toThrow(expect.objectContaining({ name: 'CeleriacError', code: 'TOO_MANY_FIRES' }));
  expect(list).toThrow('more than 1000000 fires lie in this stretch; ask for a shorter one');
});

test('data of a trigger works as it is, without being parsed', () => {
  // What JSON made of a trigger is a trigger.
  const data = JSON.parse(JSON.stringify(cron('0 2 * * *'))) as Trigger;

  expect(nextFireTime(data, new Date('2026-01-01T00:00:00Z'))).toEqual(new Date('2026-01-01T02:00:00Z'));
});

test.each<[unknown, RegExp]>([
  [null, /^trigger: 'null' is no trigger; allowed: an object with 'kind'$/],
  ['* * * * *', /^trigger: '"\* \* \* \* \*"' is no trigger/],
  [{}, /^trigger: '{}' is no trigger/],
  [
    { kind: 'weekly' },
    /^kind: 'weekly' is no kind of trigger; allowed: cron, interval, date, calendar, solar, allOf, anyOf$/,
  ],
  [{ kind: 'cron' }, /^fields: undefined is no object/],
  [
    { kind: 'cron', fields: { hour: { at: 2 } } },
    /^hour: '\{"at":2}' is no field; allowed: a number, text, or a list of those$/,
  ],
  [{ kind: 'cron', fields: { hour: 2 }, timezone: 5 }, /^timezone: '5' is no time zone/],
  [{ kind: 'cron', fields: { hour: 2 }, dst: 5 }, /^dst: 5 is no object/],
  [{ kind: 'cron', fields: { hour: 2 }, start: 5 }, /^start: 5 is no time/],
  [{ kind: 'cron', fields: { hour: 2 }, jitter: 5 }, /^cron: 'jitter' is unknown here/],
  [{ kind: 'interval' }, /'undefined' is no duration/],
  [{ kind: 'date', at: 5 }, /^at: '' is no time/],
  [{ kind: 'calendar', days: '1' }, /^days: '1' is no whole number/],
  [{ kind: 'solar', event: 'sunrise', latitude: '50', longitude: 0 }, /^latitude: '50' is out of range/],
  [{ kind: 'allOf', triggers: 'all' }, /^triggers: '"all"' is no list/],
  [{ kind: 'anyOf', triggers: [{ kind: 'allOf', triggers: [] }] }, /^allOf: 'nothing' is no trigger/],
])('%j is refused', (data, message) => {
  const parse = () => parseTrigger(data);

  expect(parse).toThrow(expect.objectContaining({ name: 'DefinitionError' }));
  expect(parse).toThrow(message);
});

/**
 * APScheduler's cron triggers: every row of the vectors, with the rows named in which we differ on purpose.
 */
import { expect, test } from 'vitest';
import { type CronFields, cron } from '../../../lib/core/trigger/cron.ts';
import { firesFrom, readVectors, toUtc } from './vector.ts';

interface Row {
  readonly id: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly crontab?: string;
  readonly tz: string;
  readonly after: string;
  readonly start?: string;
  readonly end?: string;
  readonly expect?: readonly (string | null)[];
  readonly wallClockUtc?: readonly (string | null)[] | { readonly sundayIs0or7: readonly string[] };
}

const rows = readVectors<Row>('apscheduler-cron');
const wallClock = { missing: 'skip', repeated: 'both' } as const;

/** Rows that mean something else here, each with its reason and with what it means. */
const DIFFERENT: Readonly<Record<string, string | RegExp>> = {
  // APScheduler 3 numbers weekdays from Monday = 0, we number them from Sunday = 0 as every crontab does.
  'g.dialect.step': '2024-01-03T00:00:00Z 2024-01-05T00:00:00Z 2024-01-08T00:00:00Z',
  // A name range keeps its end and its step; APScheduler reads `jan` and drops the rest.
  'g.dialect.monstep': '2024-03-01T00:00:00Z 2024-05-01T00:00:00Z 2024-07-01T00:00:00Z',
  'g.err39': '2024-02-01T00:00:00Z 2024-03-01T00:00:00Z 2025-01-01T00:00:00Z',
  // Digits are ASCII; APScheduler takes those of every script.
  'g.err37': /^hour: '١' is no hour; 0–23$/,
  // `lastly` is no word; APScheduler reads `last` and drops the rest.
  'c.60': /^day: 'lastly' is no day; 1–31, last, L/,
  // Six fields are a crontab with seconds first.
  'c.38': '2024-01-02T00:00:30Z 2024-01-02T00:00:31Z 2024-01-02T00:00:32Z',
  // Ranges may wrap, as in Celery.
  'c.42': '2024-01-02T00:01:00Z 2024-01-02T00:05:00Z 2024-01-02T00:06:00Z',
  'g.err43': '2024-02-01T00:00:00Z 2024-12-01T00:00:00Z 2025-01-01T00:00:00Z',
  // `15W` is part of our grammar.
  'c.45': '2024-02-01T00:00:00Z 2024-03-01T00:00:00Z 2024-04-01T00:00:00Z',
  // Names may be written out, as in Celery.
  'c.61': '2024-01-03T00:00:00Z 2024-01-04T00:00:00Z 2024-01-05T00:00:00Z',
  'c.62': '2024-01-08T00:00:00Z 2024-01-15T00:00:00Z 2024-01-22T00:00:00Z',
};

/**
 * Rows of APScheduler 3 with numeric weekdays hold when the numbers are written as the names that it means by
 * them.
 */
function isMondayBased({ id, fields }: Row): boolean {
  return id.startsWith('3.') && /^[\d,-]+$/.test(fields?.day_of_week ?? '');
}

function toTrigger(row: Row) {
  const monday = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const weekdays = row.fields?.day_of_week;
  const named = isMondayBased(row)
    ? weekdays?.replace(/\d/g, (digit) => monday[Number(digit)] ?? '')
    : weekdays;
  const { day_of_week: _, ...fields } = row.fields ?? {};
  const all: CronFields = { ...fields, ...(named === undefined ? {} : { dayOfWeek: named }) };
  return cron(row.crontab ?? all, {
    timezone: row.tz,
    dst: wallClock,
    ...(row.start === undefined ? {} : { start: row.start }),
    ...(row.end === undefined ? {} : { end: row.end }),
  });
}

function wanted({ wallClockUtc }: Row): readonly (string | null)[] | undefined {
  // Rows with numeric weekdays hold both readings; ours counts from Sunday.
  return wallClockUtc !== undefined && 'sundayIs0or7' in wallClockUtc
    ? wallClockUtc.sundayIs0or7
    : wallClockUtc;
}

const same = rows.filter((row) => wanted(row) !== undefined && DIFFERENT[row.id] === undefined);
const refused = rows.filter((row) => wanted(row) === undefined && DIFFERENT[row.id] === undefined);

test('every row is either followed, refused as APScheduler does, or different for a named reason', () => {
  expect(Object.keys(DIFFERENT).filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
  expect([same.length, refused.length, Object.keys(DIFFERENT).length]).toEqual([229, 32, 11]);
});

test.each(same)('$id fires when the wall clock matches', (row) => {
  const fires = firesFrom(toTrigger(row), new Date(row.after), wanted(row)?.length ?? 0);

  expect(fires).toEqual(wanted(row));
});

test.each(rows.filter((row) => row.expect !== undefined))(
  '$id fires as the project itself expects',
  (row) => {
    const fires = firesFrom(toTrigger(row), new Date(row.after), row.expect?.length ?? 0);

    expect(fires).toEqual(row.expect?.map((when) => (when === null ? null : toUtc(when))));
  },
);

test.each(refused)('$id is refused with the field, the value and what is allowed', (row) => {
  const make = () => toTrigger(row);

  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_CRON' }));
  expect(make).toThrow(
    /^cron.*: (has \d fields; 5 fields|(second|minute|hour|day|week|day_of_week|month|year): '.*' \S+)/,
  );
});

test.each(Object.entries(DIFFERENT))('%s differs on purpose', (id, meaning) => {
  const row = rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);

  if (meaning instanceof RegExp)
    expect(() => toTrigger(row)).toThrow(new RegExp(`: ${meaning.source.slice(1)}`));
  else expect(firesFrom(toTrigger(row), new Date(row.after), 3).join(' ')).toBe(meaning);
});

/**
 * One field of a cron trigger: from what users write ('*', '1-5/2', 'last fri', '15W', 'fri#2') to the values
 * and the rules about days that it means. The grammar is APScheduler's, widened by wrapping ranges and by
 * Quartz's L, W and #.
 */

/** The fields in the order of their significance, which decides the defaults of those that are left out. */
export const CRON_FIELDS = ['year', 'month', 'day', 'week', 'dayOfWeek', 'hour', 'minute', 'second'] as const;
export type CronFieldName = (typeof CRON_FIELDS)[number];

/** A day of a month that depends on the month: weekdays are 0 (Sunday) to 6 (Saturday). */
export type DayRule =
  | { readonly kind: 'last'; readonly minus: number }
  | { readonly kind: 'nth'; readonly nth: number; readonly weekday: number }
  | { readonly kind: 'last-weekday'; readonly weekday: number }
  | { readonly kind: 'nearest'; readonly day: number }
  | { readonly kind: 'nearest-last' };

/** What a field means. */
export interface CronField {
  readonly name: CronFieldName;
  readonly text: string;
  /** The field is '*' and excludes nothing. */
  readonly any: boolean;
  /** The plain values, ascending; weekdays are 0 (Sunday) to 6. Empty for a year that is '*'. */
  readonly values: readonly number[];
  /** The days that only a calendar can tell. */
  readonly rules: readonly DayRule[];
}

/** Why a text is no field: `day_of_week: 'fir' is no weekday; mon … sun, 0–7`. */
export interface CronProblem {
  readonly field: CronFieldName;
  readonly value: string;
  readonly allowed: string;
  readonly message: string;
}

interface Shape {
  /** How errors call the field, in APScheduler's spelling. */
  readonly label: string;
  readonly noun: string;
  readonly min: number;
  readonly max: number;
  /** Three letters each; longer names may be written out. */
  readonly names: readonly string[];
  readonly allowed: string;
}

const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const NTH: Readonly<Record<string, number>> = { '1st': 1, '2nd': 2, '3rd': 3, '4th': 4, '5th': 5 };

const SHAPES: Readonly<Record<CronFieldName, Shape>> = {
  year: shape('year', 'year', 1970, 9999, [], '1970–9999'),
  month: shape('month', 'month', 1, 12, MONTHS, 'jan … dec, 1–12'),
  day: shape('day', 'day', 1, 31, [], '1–31, last, L, L-2, 15W, LW, 1st mon … 5th sun, last fri'),
  week: shape('week', 'week', 1, 53, [], '1–53'),
  dayOfWeek: shape('day_of_week', 'weekday', 0, 7, WEEKDAYS, 'mon … sun, 0–7'),
  hour: shape('hour', 'hour', 0, 23, [], '0–23'),
  minute: shape('minute', 'minute', 0, 59, [], '0–59'),
  second: shape('second', 'second', 0, 59, [], '0–59'),
};

// A thousand schedules have a few dozen different fields.
const parsed = new Map<string, CronField | CronProblem>();
const PARSED_MAX = 1_000;

/** Reads a field's text, or says why it is none. */
export function parseCronField(name: CronFieldName, text: string): CronField | CronProblem {
  const key = `${name} ${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const field = parse(name, text);
  if (parsed.size === PARSED_MAX) parsed.clear();
  parsed.set(key, field);
  return field;
}

function parse(name: CronFieldName, text: string): CronField | CronProblem {
  // Nearly every year field; its 8,030 values would be most of a trigger's cost.
  if (name === 'year' && text.trim() === '*') return { name, text, any: true, values: [], rules: [] };
  const values = new Set<number>();
  const rules: DayRule[] = [];
  for (const written of text.split(',')) {
    const part = written.trim().toLowerCase();
    const rule = name === 'day' ? dayRule(part) : name === 'dayOfWeek' ? weekdayRule(part) : undefined;
    if (rule !== undefined) {
      rules.push(rule);
      continue;
    }
    const found = valuesOf(name, part, written.trim());
    if ('message' in found) return found;
    for (const value of found) values.add(value);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const { min, max } = SHAPES[name];
  const count = name === 'dayOfWeek' ? 7 : max - min + 1;
  return { name, text, any: sorted.length === count, values: sorted, rules };
}

/** The text that a value of the field has in a sentence or an error: 5 → 'Friday', 2 → 'February'. */
export function cronValueName(name: CronFieldName, value: number): string {
  const long = name === 'dayOfWeek' ? WEEKDAYS[value] : name === 'month' ? MONTHS[value - 1] : undefined;
  return long === undefined ? String(value) : long.charAt(0).toUpperCase() + long.slice(1);
}

/** The smallest value of a field, which less significant fields take when they are left out. */
export function cronFieldMin(name: CronFieldName): number {
  return SHAPES[name].min;
}

function valuesOf(name: CronFieldName, part: string, written: string): readonly number[] | CronProblem {
  const shape = SHAPES[name];
  const match = /^(?:(\*)|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null)
    return problem(name, written, hintOf(name, part) ?? `is no ${shape.noun}; ${shape.allowed}`);
  const [, star, head = '', tail, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1) return problem(name, written, `has the step ${step}; a step is at least 1`);
  if (star !== undefined) return stepped(name, written, lowest(name), lowest(name) + size(name) - 1, step);
  // Of a range the end that is wrong is named, but where names mean nothing the whole of it makes more sense.
  const whole = head === part || (shape.names.length === 0 && /[a-z]/.test(part));
  const first = readValue(shape, head);
  if (first === undefined)
    return problem(name, whole ? written : head, `is no ${shape.noun}; ${shape.allowed}`);
  if (tail === undefined) {
    // 7 is Sunday, and so is 0; a single value needs no order.
    if (stepText === undefined) return [name === 'dayOfWeek' ? first % 7 : first];
    const end = name === 'dayOfWeek' && first === 0 ? 6 : shape.max;
    return stepped(name, written, first, end, step);
  }
  const last = readValue(shape, tail);
  if (last === undefined)
    return problem(name, whole ? written : tail, `is no ${shape.noun}; ${shape.allowed}`);
  if (last >= first) return stepped(name, written, first, last, step);
  if (name === 'year')
    return problem(name, written, 'runs backwards; years do not wrap, write the smaller one first');
  // A range that runs backwards goes over the end: fri-mon, 22-4, nov-feb. Sunday as 7 starts the next week.
  const start = name === 'dayOfWeek' ? first % 7 : first;
  return stepped(name, written, start, last < start ? last + size(name) : last, step);
}

/** The values of a range that may go past the field's end by one round. */
function stepped(
  name: CronFieldName,
  written: string,
  first: number,
  last: number,
  step: number,
): readonly number[] | CronProblem {
  if (step > last - first && step > 1) {
    const allowed = `a step of at most ${Math.max(1, last - first)} here`;
    return problem(name, written, `steps over its whole range, only its first value is left; ${allowed}`);
  }
  const min = name === 'dayOfWeek' ? 0 : SHAPES[name].min;
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(((value - min) % size(name)) + min);
  return values;
}

/** Where '*' begins to count its steps: weeks begin on Monday, as in ISO 8601 and APScheduler. */
function lowest(name: CronFieldName): number {
  return name === 'dayOfWeek' ? 1 : SHAPES[name].min;
}

function size(name: CronFieldName): number {
  return name === 'dayOfWeek' ? 7 : SHAPES[name].max - SHAPES[name].min + 1;
}

function readValue(shape: Shape, text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    return value >= shape.min && value <= shape.max ? value : undefined;
  }
  const index = shape.names.findIndex((long) => text === long || text === long.slice(0, 3));
  if (index < 0) return undefined;
  return shape.noun === 'month' ? index + 1 : index;
}

function dayRule(part: string): DayRule | undefined {
  if (part === 'last' || part === 'l') return { kind: 'last', minus: 0 };
  if (part === 'lw') return { kind: 'nearest-last' };
  const minus = /^l-(\d\d?)$/.exec(part);
  if (minus !== null && Number(minus[1]) <= 30) return { kind: 'last', minus: Number(minus[1]) };
  const nearest = /^(\d\d?)w$/.exec(part);
  const day = Number(nearest?.[1] ?? 0);
  if (day >= 1 && day <= 31) return { kind: 'nearest', day };
  const ordinal = /^(\S+)\s+([a-z]+)$/.exec(part);
  const weekday = ordinal === null ? undefined : readValue(SHAPES.dayOfWeek, ordinal[2] ?? '');
  if (ordinal === null || weekday === undefined) return undefined;
  if (ordinal[1] === 'last') return { kind: 'last-weekday', weekday };
  const nth = NTH[ordinal[1] ?? ''];
  return nth === undefined ? undefined : { kind: 'nth', nth, weekday };
}

function weekdayRule(part: string): DayRule | undefined {
  const match = /^([a-z]+|\d)#([1-5]|l|last)$/.exec(part);
  const weekday = match === null ? undefined : readValue(SHAPES.dayOfWeek, match[1] ?? '');
  if (match === null || weekday === undefined) return undefined;
  const nth = Number(match[2]);
  return Number.isNaN(nth)
    ? { kind: 'last-weekday', weekday: weekday % 7 }
    : { kind: 'nth', nth, weekday: weekday % 7 };
}

/** What people bring from other crons, and how it is written here. */
function hintOf(name: CronFieldName, part: string): string | undefined {
  if (part === '') return `is empty; ${SHAPES[name].allowed}`;
  if (part === '?') return `is not needed here; write '*'`;
  const weekday = part.endsWith('l') ? readValue(SHAPES.dayOfWeek, part.slice(0, -1)) : undefined;
  if (name === 'dayOfWeek' && weekday !== undefined) {
    const short = (WEEKDAYS[weekday % 7] ?? '').slice(0, 3);
    return `is no weekday; the last one of a month is '${short}#L', or 'last ${short}' as day`;
  }
  if (name === 'dayOfWeek' && /^(\S+)\s+([a-z]+)$/.test(part))
    return `belongs into day, or write 'fri#2' for '2nd fri'`;
  return undefined;
}

function problem(field: CronFieldName, value: string, wrong: string): CronProblem {
  const { label, allowed } = SHAPES[field];
  return { field, value, allowed, message: `${label}: '${value}' ${wrong}` };
}

function shape(
  label: string,
  noun: string,
  min: number,
  max: number,
  names: readonly string[],
  allowed: string,
): Shape {
  return { label, noun, min, max, names, allowed };
}

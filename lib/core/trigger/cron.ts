/**
 * Cron triggers: fields of local time in a zone, all of which must match. The next match is computed, not
 * searched: the times of a day do not depend on its date, and which days match depends only on the kind of
 * year (its length, its first weekday, its ISO weeks), of which there are 21; so a fire costs two table
 * lookups, and 400 years without one cost little.
 */
import { DefinitionError } from '../../errors.ts';
import {
  CRON_FIELDS,
  type CronField,
  type CronFieldName,
  type CronProblem,
  cronFieldMin,
  parseCronField,
} from './cron-field.ts';
import { invalid, readWindow, refuseUnknown, type When } from './instant.ts';
import { DST_DEFAULT, type DstPolicy, zoneOf } from './zone.ts';

/** A field as users write it: 5, '1-5', 'last fri', or a list of those. */
export type CronValue = number | string | readonly (number | string)[];

/**
 * APScheduler's fields. One less significant than the last one given takes its minimum, all others are '*';
 * with none given at all it is every 1 January.
 */
export type CronFields = { readonly [Name in CronFieldName]?: CronValue };

/** How a cron trigger's fields are read. */
export interface CronOptions {
  /** IANA time zone of the fields. @default 'UTC' */
  readonly timezone?: string;
  /** Local times that do not exist or exist twice. @default { missing: 'skip', repeated: 'first' } */
  readonly dst?: Partial<DstPolicy>;
  /** No fire before it; text without an offset is local time in `timezone`. */
  readonly start?: When;
  /** No fire after it, one at it is allowed. */
  readonly end?: When;
  /**
   * 'and': day and dayOfWeek must both match; 'or': one is enough where both are given (Unix cron). @default
   * 'and'
   */
  readonly dayMatch?: 'and' | 'or';
}

/** A cron trigger as data. */
export interface CronTrigger {
  readonly kind: 'cron';
  readonly fields: Readonly<Record<CronFieldName, string>>;
  readonly timezone: string;
  readonly dst: DstPolicy;
  readonly dayMatch: 'and' | 'or';
  readonly start?: string;
  readonly end?: string;
}

/** A cron trigger's fields, parsed. */
export type ParsedCron = Readonly<Record<CronFieldName, CronField>>;

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
// What a trigger's check has parsed is what its first use needs.
const parsedBefore = new WeakMap<CronTrigger, ParsedCron>();
const OPTIONS = ['timezone', 'dst', 'start', 'end', 'dayMatch'] as const;

/**
 * A trigger that fires whenever the clocks of a time zone show matching values.
 * @param expression five fields (minute hour day month day_of_week), six with seconds first, '@daily' and the
 * like, or the fields by name.
 * @throws DefinitionError INVALID_CRON naming each field, its value and what is allowed; INVALID_TIMEZONE;
 * INVALID_TRIGGER.
 */
export function cron(expression: string | CronFields, options: CronOptions = {}): CronTrigger {
  refuseUnknown('cron', options, OPTIONS);
  const fields = typeof expression === 'string' ? fieldsOf(expression) : withDefaults(expression);
  const parsed = parse(fields, typeof expression === 'string' ? `cron '${expression}'` : 'cron');
  const zone = zoneOf(options.timezone ?? 'UTC');
  const dayMatch = options.dayMatch ?? 'and';
  if (dayMatch !== 'and' && dayMatch !== 'or')
    throw invalid('dayMatch', dayMatch, 'is unknown', "'and', 'or'");
  const trigger: CronTrigger = Object.freeze({
    kind: 'cron',
    fields: Object.freeze(fields),
    timezone: zone.name,
    dst: readDst(options.dst),
    dayMatch,
    ...readWindow(options, zone),
  });
  parsedBefore.set(trigger, parsed);
  return trigger;
}

/** A cron trigger's fields as values and rules; a trigger that came as data is checked by it. */
export function parseCron(trigger: CronTrigger): ParsedCron {
  return parsedBefore.get(trigger) ?? parse(trigger.fields, 'cron');
}

/** Completes a DST policy, refusing words that it does not have. */
export function readDst(dst: Partial<DstPolicy> = {}): DstPolicy {
  refuseUnknown('dst', dst, ['missing', 'repeated']);
  const { missing, repeated } = { ...DST_DEFAULT, ...dst };
  if (missing !== 'skip' && missing !== 'shift')
    throw invalid('dst.missing', missing, 'is unknown', "'skip', 'shift'");
  if (repeated !== 'first' && repeated !== 'both') {
    throw invalid('dst.repeated', repeated, 'is unknown', "'first', 'both'");
  }
  return Object.freeze({ missing, repeated });
}

function parse(fields: Readonly<Record<CronFieldName, string>>, what: string): ParsedCron {
  const problems: CronProblem[] = [];
  const read = (name: CronFieldName): CronField => {
    const field = parseCronField(name, fields[name]);
    if (!('message' in field)) return field;
    problems.push(field);
    return { name, text: fields[name], any: true, values: [], rules: [] };
  };
  const parsed: ParsedCron = {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    week: read('week'),
    dayOfWeek: read('dayOfWeek'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  };
  const [first] = problems;
  if (first === undefined) return parsed;
  const message = `${what}: ${problems.map((problem) => problem.message).join(' · ')}`;
  throw new DefinitionError('INVALID_CRON', message, { value: first.value, allowed: first.allowed });
}

function fieldsOf(expression: string): Record<CronFieldName, string> {
  const trimmed = expression.trim();
  const macro = trimmed.startsWith('@') ? MACROS[trimmed.toLowerCase()] : trimmed;
  if (macro === undefined) {
    const allowed = Object.keys(MACROS).join(', ');
    const message = `cron '${expression}': no such name; ${allowed}`;
    throw new DefinitionError('INVALID_CRON', message, { value: expression, allowed });
  }
  const parts = macro === '' ? [] : macro.split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) {
    const allowed = '5 fields (minute hour day month day_of_week) or 6 (second first)';
    const message = `cron '${expression}': has ${parts.length} fields; ${allowed}`;
    throw new DefinitionError('INVALID_CRON', message, { value: expression, allowed });
  }
  const [second = '', minute = '', hour = '', day = '', month = '', dayOfWeek = ''] =
    parts.length === 6 ? parts : ['0', ...parts];
  return { year: '*', month, day, week: '*', dayOfWeek, hour, minute, second };
}

function withDefaults(fields: CronFields): Record<CronFieldName, string> {
  refuseUnknown('fields', fields, CRON_FIELDS);
  // JSON writes null, and APScheduler None, where nothing is given.
  const given: CronFields = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => (value ?? undefined) !== undefined),
  );
  // APScheduler: what is less significant than the last field given takes its minimum; weeks and weekdays
  // stay free.
  const last = CRON_FIELDS.findLastIndex((name) => given[name] !== undefined);
  const text = (name: CronFieldName): string => {
    const value = given[name];
    if (value !== undefined) return toText(name, value);
    const free = name === 'year' || name === 'week' || name === 'dayOfWeek';
    return free || CRON_FIELDS.indexOf(name) < last ? '*' : String(cronFieldMin(name));
  };
  return {
    year: text('year'),
    month: text('month'),
    day: text('day'),
    week: text('week'),
    dayOfWeek: text('dayOfWeek'),
    hour: text('hour'),
    minute: text('minute'),
    second: text('second'),
  };
}

/** One field as text; a list is joined, and what is neither text nor number is refused. */
function toText(name: CronFieldName, value: unknown): string {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (parts.length > 0 && parts.every((part) => typeof part === 'string' || typeof part === 'number')) {
    return parts.join(',').trim();
  }
  throw invalid(name, JSON.stringify(value), 'is no field', 'a number, text, or a list of those');
}

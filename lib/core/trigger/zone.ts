/**
 * Time zones by Intl alone: which offset holds when, and the walk from local times to instants under a DST
 * policy. Intl answers one instant in about a microsecond, which is too slow for a search, so each zone keeps
 * what it was told as segments of constant offset, year by year; a lookup is then a comparison. Bundled
 * zone data was the other choice: faster on the first question, but it ages with the package instead of with
 * the machine.
 */
import { DefinitionError } from '../../errors.ts';
import { dateOf, dayNumber, kindOfYear } from './gregorian.ts';

/** What to do with a local time that a clock change leaves out, and with one that it makes happen twice. */
export interface DstPolicy {
  /**
   * 'skip': such a fire is left out; 'shift': it comes as much later as the clock jumped (02:30 becomes
   * 03:30).
   */
  readonly missing: 'skip' | 'shift';
  /** 'first': only the earlier of the two instants fires; 'both': both do. */
  readonly repeated: 'first' | 'both';
}

/** EventBridge Scheduler's own rule, so that a schedule means the same there and here. */
export const DST_DEFAULT: DstPolicy = Object.freeze({ missing: 'skip', repeated: 'first' });

/** A stretch of time, `start` included and `end` not, in which the zone's offset stays the same. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number;
  /** The last change of offset at or shortly before `start`, and the offset that held until then. */
  readonly changedAt: number;
  readonly before: number;
}

/** One IANA time zone; instants are milliseconds UTC, local times are written as if they were UTC. */
export interface Zone {
  readonly name: string;
  segmentAt(instant: number): Segment;
}

const DAY = 86_400_000;
/**
 * From here on zones change their clocks by rules that know months and weekdays only (the last tables, those
 * for Ramadan, end in 2087), so years of one kind are alike, and a search through thousands of them need not
 * ask Intl.
 */
const RULES_FROM = 2100;
/** One year of each kind. */
const MODEL_YEARS: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 29 }, (_, index) => [kindOfYear(RULES_FROM + 1 + index), RULES_FROM + 1 + index]),
);
/** Since 1970 no zone has held an offset for less than 6.9 days, so looking every 3 days misses no change. */
const SAMPLE = 3 * DAY;
/** How far back a segment remembers a change of offset: no gap or overlap is longer than 24 hours. */
const MEMORY = 2 * DAY;
/** Before this nothing is asked: cron years begin in 1970, and calendar starts at 1900. */
const EARLIEST = Date.UTC(1899, 11, 25);
/** From here on no local time has a year of four digits, in which all triggers end. */
const LATEST = Date.UTC(10_000, 0, 2);

const UTC_NAMES = new Set([
  'UTC',
  'Etc/UTC',
  'Etc/GMT',
  'GMT',
  'Etc/UCT',
  'UCT',
  'Zulu',
  'Etc/Zulu',
  'Universal',
]);
const zones = new Map<string, Zone>();

/** Whether a zone is UTC under any of its names: there no local time is missing or repeated. */
export function isUtc(name: string): boolean {
  return UTC_NAMES.has(name);
}

/**
 * The zone of an IANA name, made once per process.
 * @throws DefinitionError INVALID_TIMEZONE for a name that Intl does not know.
 */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const written = isUtc(name) ? name : asWritten(name);
  const zone = isUtc(written) ? utc(written) : intlZone(written);
  zones.set(name, zone);
  return zone;
}

/**
 * Abbreviations that the machine's Intl may know (ICU's own, BST as Dhaka's time), and IANA's list does not.
 * That EventBridge Scheduler refuses them is inferred from its user guide, which takes IANA's names; it was
 * not tried.
 */
const ABBREVIATIONS = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(
    ' ',
  ),
);

/** The name as IANA writes it: Intl takes any case, EventBridge Scheduler does not. */
function asWritten(name: string): string {
  const known = formatter(name).resolvedOptions().timeZone;
  const isLower = name === name.toLowerCase();
  // Of another name of a zone Intl does not say how it is written, so that one stays as it is.
  return isLower || known.toLowerCase() === name.toLowerCase() ? known : name;
}

/**
 * All instants of a local time: none in a gap, two where clocks were set back, else one; in ascending order.
 */
export function instantsOf(zone: Zone, local: number): readonly number[] {
  const early = zone.segmentAt(local - DAY);
  const found: number[] = [];
  for (let segment = early; segment.start <= local + DAY; segment = zone.segmentAt(segment.end)) {
    const instant = local - segment.offset;
    if (instant >= segment.start && instant < segment.end) found.push(instant);
    if (segment.end === Number.POSITIVE_INFINITY) break;
  }
  return found;
}

/** The local time that clocks in the zone show at an instant. */
export function localOf(zone: Zone, instant: number): number {
  return instant + zone.segmentAt(instant).offset;
}

/**
 * The first instant at or after `after` whose local time is one that `next` names. `next` answers the first
 * such local time at or after the one given. Works segment by segment, and jumps over the segments in which
 * `next` names nothing.
 */
export function nextInZone(
  zone: Zone,
  dst: DstPolicy,
  next: (local: number) => number | undefined,
  after: number,
): number | undefined {
  let from = Math.max(after, EARLIEST);
  while (from < LATEST) {
    const segment = zone.segmentAt(from);
    const local = next(firstLocal(segment, dst, from));
    const regular = local === undefined ? Number.POSITIVE_INFINITY : local - segment.offset;
    const shifted = dst.missing === 'shift' ? nextShifted(segment, next, from) : Number.POSITIVE_INFINITY;
    const instant = Math.min(regular, shifted);
    if (instant < segment.end) return instant;
    // Clocks set back at the segment's end can bring again what was searched in its last hours, so a short
    // rest of a segment proves nothing about what follows.
    const proven = segment.end - from > MEMORY;
    if (local === undefined && proven) return undefined;
    if (segment.end === Number.POSITIVE_INFINITY) return undefined;
    from = proven && local !== undefined && local - DAY > segment.end ? local - DAY : segment.end;
  }
  return undefined;
}

/**
 * Where the search in a segment begins: behind the repeated local times if those fire only the first time.
 */
function firstLocal(segment: Segment, dst: DstPolicy, from: number): number {
  const local = from + segment.offset;
  if (segment.before <= segment.offset || dst.repeated === 'both') return local;
  const repeatedUntil = segment.changedAt + segment.before;
  return Math.max(local, repeatedUntil);
}

/**
 * Missing local times count on the old offset: they fall into as much time after the change as the gap was
 * long.
 */
function nextShifted(segment: Segment, next: (local: number) => number | undefined, from: number): number {
  const gapEnd = segment.changedAt + segment.offset - segment.before;
  if (segment.before >= segment.offset || from >= gapEnd) return Number.POSITIVE_INFINITY;
  const local = next(from + segment.before);
  if (local === undefined || local - segment.before >= gapEnd) return Number.POSITIVE_INFINITY;
  return local - segment.before;
}

function utc(name: string): Zone {
  const always: Segment = {
    start: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    offset: 0,
    changedAt: Number.NEGATIVE_INFINITY,
    before: 0,
  };
  return { name, segmentAt: () => always };
}

function intlZone(name: string): Zone {
  const offsetAt = offsetsOf(name);
  const years = new Map<number, readonly Segment[]>();
  let last: Segment | undefined;
  return {
    name,
    segmentAt(instant) {
      // Almost every question is about the same segment as the one before it.
      if (last !== undefined && instant >= last.start && instant < last.end) return last;
      const { year } = dateOf(Math.floor(instant / DAY));
      const model = year < RULES_FROM ? year : (MODEL_YEARS.get(kindOfYear(year)) ?? year);
      let segments = years.get(model);
      if (segments === undefined) {
        segments = segmentsOf(offsetAt, startOf(model), startOf(model + 1));
        years.set(model, segments);
      }
      const later = startOf(year) - startOf(model);
      const found = segments.find(({ end }) => instant < end + later);
      if (found === undefined) throw new Error(`no segment of ${name} holds ${instant}`);
      last = later === 0 ? found : moved(found, later);
      return last;
    },
  };
}

/** The first instant of a year in UTC. */
function startOf(year: number): number {
  return dayNumber(year, 1, 1) * DAY;
}

function moved(segment: Segment, by: number): Segment {
  const { start, end, changedAt } = segment;
  return { ...segment, start: start + by, end: end + by, changedAt: changedAt + by };
}

function segmentsOf(offsetAt: (instant: number) => number, start: number, end: number): readonly Segment[] {
  const segments: Segment[] = [];
  let from = start - MEMORY;
  let offset = offsetAt(from);
  let changedAt = Number.NEGATIVE_INFINITY;
  let before = offset;
  let begin = start;
  for (let low = from; low < end; low = from) {
    from = Math.min(low + SAMPLE, end);
    // The year's last sample is one millisecond inside it, so a change exactly at its end belongs to the
    // next one.
    const later = offsetAt(from === end ? end - 1 : from);
    if (later === offset) continue;
    const change = changeBetween(offsetAt, low, from);
    if (change > begin) segments.push({ start: begin, end: change, offset, changedAt, before });
    begin = Math.max(begin, change);
    changedAt = change;
    before = offset;
    offset = later;
  }
  segments.push({ start: begin, end, offset, changedAt, before });
  return segments;
}

function changeBetween(offsetAt: (instant: number) => number, low: number, high: number): number {
  const old = offsetAt(low);
  let [left, right] = [low, high];
  while (right - left > 1) {
    const middle = Math.floor((left + right) / 2);
    if (offsetAt(middle) === old) left = middle;
    else right = middle;
  }
  return right;
}

function offsetsOf(name: string): (instant: number) => number {
  const format = formatter(name);
  return (instant) => {
    const second = Math.floor(instant / 1_000) * 1_000;
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, s = 0] = (
      format.format(second).match(/\d+/g) ?? []
    ).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, s) - second;
  };
}

function formatter(name: string): Intl.DateTimeFormat {
  try {
    // An offset such as '+02:00' is accepted by newer machines only, and by EventBridge Scheduler never.
    if (!/^[A-Za-z]/.test(name)) throw new RangeError('an offset is no time zone');
    if (ABBREVIATIONS.has(name.toUpperCase())) throw new RangeError('an abbreviation is no time zone');
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    const allowed = "an IANA name such as 'Europe/Oslo' or 'UTC'";
    const message = `timezone: '${name}' is no time zone; write ${allowed}`;
    throw new DefinitionError('INVALID_TIMEZONE', message, { value: name, allowed, cause });
  }
}

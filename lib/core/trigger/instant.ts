/**
 * The times users give to triggers (start, end, the date of a one-off): read once, kept as ISO strings in
 * UTC.
 */
import { DefinitionError } from '../../errors.ts';
import { instantsOf, type Zone } from './zone.ts';

/** A point in time as users write it: a Date, or ISO 8601 text such as '2026-01-31T09:00:00Z'. */
export type When = Date | string;

const ISO = new RegExp(
  /^(\d{4})-(\d\d)-(\d\d)/.source +
    /(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?/.source +
    /(Z|[+-]\d\d:?\d\d)?$/.source,
);

/** What a trigger without a stretch of its own runs from and to. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a time into milliseconds UTC. Text without an offset is local time in `zone`, the earlier one where
 * it repeats.
 * @throws DefinitionError INVALID_TRIGGER where the text is no time, has no offset and no zone, or names a
 * local time that does not exist.
 */
export function readInstant(name: string, when: When, zone?: Zone): number {
  if (when instanceof Date) {
    if (Number.isNaN(when.getTime())) throw invalid(name, 'Invalid Date', 'is no time', 'a valid Date');
    return when.getTime();
  }
  const { local, offset } = readIso(name, when);
  if (offset !== undefined) return local - offset;
  if (zone === undefined) {
    throw invalid(
      name,
      when,
      'has no offset',
      "a Date, or text that ends in 'Z' or an offset such as '+02:00'",
    );
  }
  const instant = instantsOf(zone, local)[0];
  if (instant === undefined) {
    throw invalid(
      name,
      when,
      `does not exist in ${zone.name}, where clocks jump over it`,
      'a time that exists',
    );
  }
  return instant;
}

/** The stretch between two optional ISO strings, both ends included. */
export function windowOf(trigger: { readonly start?: string; readonly end?: string }): Window {
  return {
    start: trigger.start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(trigger.start),
    end: trigger.end === undefined ? Number.POSITIVE_INFINITY : Date.parse(trigger.end),
  };
}

/** Reads a trigger's start and end into the two members that are kept, leaving out what is not given. */
export function readWindow(
  options: { readonly start?: When | undefined; readonly end?: When | undefined },
  zone?: Zone,
): { readonly start?: string; readonly end?: string } {
  // JSON writes null where nothing is given.
  const [from, to] = [options.start ?? undefined, options.end ?? undefined];
  const start = from === undefined ? undefined : readInstant('start', from, zone);
  const end = to === undefined ? undefined : readInstant('end', to, zone);
  if (start !== undefined && end !== undefined && end < start) {
    throw invalid(
      'end',
      new Date(end).toISOString(),
      `lies before start ${new Date(start).toISOString()}`,
      'a later time',
    );
  }
  return {
    ...(start === undefined ? {} : { start: new Date(start).toISOString() }),
    ...(end === undefined ? {} : { end: new Date(end).toISOString() }),
  };
}

/** A refusal of one part of a trigger: its name, what was given, what is wrong, and what is allowed. */
export function invalid(name: string, value: unknown, wrong: string, allowed: string): DefinitionError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return new DefinitionError('INVALID_TRIGGER', `${name}: ${shown} ${wrong}; allowed: ${allowed}`, {
    value,
    allowed,
  });
}

/** Refuses members that an options object may not have, by name, with the names that it may. */
export function refuseUnknown(what: string, given: unknown, allowed: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw invalid(what, given, 'is no object', `an object with ${allowed.join(', ')}`);
  }
  const unknown = Object.keys(given).filter((name) => !allowed.includes(name));
  if (unknown.length > 0) throw invalid(what, unknown.join(', '), 'is unknown here', allowed.join(', '));
}

function readIso(
  name: string,
  text: string,
): { readonly local: number; readonly offset: number | undefined } {
  const parts = ISO.exec(text);
  const allowed = "a Date, or text such as '2026-01-31', '2026-01-31T09:00' or '2026-01-31T09:00:00+01:00'";
  if (parts === null) throw invalid(name, text, 'is no time', allowed);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] = parts;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // What the calendar does not have (31 April, 24:61) does not come back as it was written.
  const local = Date.parse(`${iso}Z`);
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== iso) {
    throw invalid(name, text, 'is not in the calendar', allowed);
  }
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  return { local: local + ms, offset: offset === undefined ? undefined : readOffset(offset) };
}

function readOffset(offset: string): number {
  if (offset === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Solar triggers: sunrise, sunset, noon and the twilights at a place, by Celery's names. Computed by
 * astronomy-engine (full precision also on the grazing days before a polar night, where smaller libraries are
 * minutes off or miss a day).
 */
import { Body, Observer, SearchAltitude, SearchHourAngle, SearchRiseSet } from 'astronomy-engine';
import { invalid, readWindow, refuseUnknown, type When, windowOf } from './instant.ts';
import type { NextFire } from './trigger.ts';

/**
 * What the sun does: it reaches 6°, 12° or 18° below the horizon (civil, nautical, astronomical), rises,
 * sets, culminates.
 */
export const SOLAR_EVENTS = [
  'dawn_astronomical',
  'dawn_nautical',
  'dawn_civil',
  'sunrise',
  'solar_noon',
  'sunset',
  'dusk_civil',
  'dusk_nautical',
  'dusk_astronomical',
] as const;
/** What the sun does, in Celery's words. */
export type SolarEvent = (typeof SOLAR_EVENTS)[number];

/** Where, and optionally from when to when. */
export interface SolarOptions {
  /** Degrees north, -90 to 90. */
  readonly latitude: number;
  /** Degrees east, -180 to 180. */
  readonly longitude: number;
  readonly start?: When;
  readonly end?: When;
}

/** A solar trigger as data. */
export interface SolarTrigger {
  readonly kind: 'solar';
  readonly event: SolarEvent;
  readonly latitude: number;
  readonly longitude: number;
  readonly start?: string;
  readonly end?: string;
}

const DAY = 86_400_000;
/** From a sunrise to the next one it is never longer than a year, at the poles too. */
const YEAR_DAYS = 370;
/** Dates beyond these make the tables of the sun's position meaningless. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);
/** Two events of one kind are never closer than this. */
const APART = 60_000;
const TWILIGHTS: Readonly<Record<string, number>> = { civil: -6, nautical: -12, astronomical: -18 };

/**
 * A trigger that fires when the sun does something at a place; days on which it does not (polar day and
 * night) are passed over. Fires are whole seconds. Between 1900 and 2200 only.
 * @throws DefinitionError INVALID_TRIGGER naming the event, latitude or longitude and what is allowed.
 */
export function solar(event: SolarEvent, options: SolarOptions): SolarTrigger {
  refuseUnknown('solar', options, ['latitude', 'longitude', 'start', 'end']);
  if (!SOLAR_EVENTS.includes(event)) throw invalid('solar', event, 'is no event', SOLAR_EVENTS.join(', '));
  const { latitude, longitude } = options;
  checkDegrees('latitude', latitude, 90);
  checkDegrees('longitude', longitude, 180);
  return Object.freeze({ kind: 'solar', event, latitude, longitude, ...readWindow(options) });
}

function checkDegrees(name: string, degrees: unknown, max: number): void {
  if (typeof degrees === 'number' && Math.abs(degrees) <= max) return;
  throw invalid(name, degrees, 'is out of range', `-${max} to ${max} degrees`);
}

/** The next fire of a solar trigger. */
export function nextOfSolar(trigger: SolarTrigger): NextFire {
  const search = searchOf(trigger);
  const { start, end } = windowOf(trigger);
  // Local mean midnight: the sun culminates about noon, so windows that begin here hold whole days of the
  // sun.
  const anchor = (-trigger.longitude / 360) * DAY;
  const windowAt = (instant: number): number => Math.floor((instant - anchor) / DAY);
  const found = remembered((window) => eventsBetween(search, anchor + window * DAY));
  // An event on the border of two windows may be found from both sides; it belongs to the earlier one.
  const eventsOf = (window: number): readonly number[] => {
    const last = found(window - 1).at(-1) ?? Number.NEGATIVE_INFINITY;
    return found(window).filter((event) => event > last + APART);
  };
  const firstIn = (first: number, last: number, from: number): number | undefined => {
    for (let window = first; window <= last; window++) {
      const event = eventsOf(window).find((instant) => instant >= from);
      if (event !== undefined) return event;
    }
    return undefined;
  };
  return (after) => {
    const from = Math.max(Math.ceil(Math.max(after, start) / 1_000) * 1_000, EARLIEST);
    if (from >= LATEST) return undefined;
    // Nearly always there is one today or tomorrow.
    const today = windowAt(from);
    const near = firstIn(today - 1, today + 1, from);
    if (near !== undefined) return near > end ? undefined : near;
    // The search ends a hair earlier or later depending on where it starts, so it only says which windows to
    // look at; the fires of a window are always computed from the window's beginning and therefore always the
    // same.
    const rough = search(from, YEAR_DAYS);
    if (rough === undefined) return undefined;
    const event = firstIn(Math.max(today + 2, windowAt(rough) - 1), windowAt(rough) + 1, from);
    return event === undefined || event > end ? undefined : event;
  };
}

type Search = (from: number, days: number) => number | undefined;

function searchOf({ event, latitude, longitude }: SolarTrigger): Search {
  const observer = new Observer(latitude, longitude, 0);
  if (event === 'solar_noon') {
    return (from, days) => {
      const noon = SearchHourAngle(Body.Sun, observer, 0, new Date(from)).time.date.getTime();
      return noon < from + days * DAY ? noon : undefined;
    };
  }
  const direction = event === 'sunrise' || event.startsWith('dawn') ? 1 : -1;
  const altitude = TWILIGHTS[event.slice(event.indexOf('_') + 1)];
  return (from, days) => {
    const found =
      altitude === undefined
        ? SearchRiseSet(Body.Sun, observer, direction, new Date(from), days)
        : SearchAltitude(Body.Sun, observer, direction, new Date(from), days, altitude);
    return found?.date.getTime();
  };
}

/** The events of one day of the sun in whole seconds; twice the same one happens near the polar day only. */
function eventsBetween(search: Search, start: number): readonly number[] {
  const events: number[] = [];
  const end = start + DAY;
  for (let from = start; ; ) {
    const found = search(from, (end - from) / DAY);
    if (found === undefined || found >= end) return events;
    events.push(Math.floor(found / 1_000) * 1_000);
    from = found + APART;
    if (from >= end) return events;
  }
}

/** Keeps the last few windows: a schedule asks for the same day several times. */
function remembered(events: (window: number) => readonly number[]): (window: number) => readonly number[] {
  const kept = new Map<number, readonly number[]>();
  return (window) => {
    const known = kept.get(window) ?? events(window);
    if (kept.size >= 8) kept.clear();
    kept.set(window, known);
    return known;
  };
}

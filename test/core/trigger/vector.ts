/** Reads the vectors of this folder's tests: fire times measured on APScheduler and Celery. */
import { readFileSync } from 'node:fs';
import type { Duration } from '../../../lib/core/duration.ts';
import { nextFireTime, type Trigger } from '../../../lib/core/trigger/trigger.ts';

/** The rows of a file in test/vectors. */
export function readVectors<Row>(file: string): readonly Row[] {
  const text = readFileSync(new URL(`../../vectors/${file}.json`, import.meta.url), 'utf8');
  // The files are generated, and each test names the members it reads.
  const { vectors } = JSON.parse(text) as { readonly vectors: readonly Row[] };
  return vectors;
}

/**
 * Fires from a time on as ISO strings in UTC without empty fractions; null behind the last one, as in the
 * vectors.
 */
export function firesFrom(trigger: Trigger, after: Date, count: number): readonly (string | null)[] {
  const fires: (string | null)[] = [];
  let from = after;
  while (fires.length < count) {
    const fire = nextFireTime(trigger, from);
    fires.push(fire === undefined ? null : toUtc(fire));
    if (fire === undefined) break;
    from = new Date(fire.getTime() + 1);
  }
  return fires;
}

/** An instant as our tests print it; the vectors' microseconds are cut to milliseconds. */
export function toUtc(when: string | Date): string {
  return new Date(when).toISOString().replace('.000Z', 'Z');
}

/** APScheduler's interval arguments as one duration. */
export function toDuration(fields: Readonly<Record<string, number>>): Duration {
  const units: Readonly<Record<string, number>> = {
    weeks: 604_800_000,
    days: 86_400_000,
    hours: 3_600_000,
    minutes: 60_000,
    seconds: 1_000,
    microseconds: 0.001,
  };
  const parts = Object.entries(fields).map(([unit, count]) => (units[unit] ?? Number.NaN) * count);
  return `${parts.reduce((sum, ms) => sum + ms, 0)}ms`;
}

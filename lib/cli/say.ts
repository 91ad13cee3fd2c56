/** Times and lengths as people read them. */

import type { RunRow } from '../dashboard/row.ts';
import { cyan, dim, paintState } from './paint.ts';
import type { Columns } from './table.ts';

/** When something was, or will be: '12 s ago', 'in 5 min', or the date of what is more than a day away. */
export function sayWhen(at: number | undefined, now: number): string | undefined {
  if (at === undefined) return undefined;
  const distance = Math.abs(now - at);
  if (distance > DAY_MS) return sayTime(at);
  return at > now ? `in ${sayLength(distance)}` : `${sayLength(distance)} ago`;
}

/** A time, to the second, in UTC. */
export function sayTime(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** A length of time, in its two largest units at most. */
export function sayLength(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${Number((ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0))} s`;
  if (ms < HOUR_MS) return twoUnits(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  return ms < DAY_MS ? twoUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min') : twoUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

/** How runs stand in a list. */
export function runColumns(now: number): Columns<RunRow> {
  return {
    id: ({ id }) => cyan(id),
    task: ({ task }) => task,
    state: ({ state, customState }) =>
      paintState(state) + (customState === undefined ? '' : dim(` ${customState}`)),
    queue: ({ queue }) => queue,
    sent: ({ sentAt }) => sayWhen(sentAt, now),
    took: ({ runtime }) => (runtime === undefined ? undefined : sayLength(runtime)),
    retries: ({ retries }) => (retries === 0 ? undefined : retries),
    error: ({ error }) => error,
  };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rounded = Math.round(ms / small) * small;
  const rest = Math.round((rounded % large) / small);
  return `${Math.floor(rounded / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

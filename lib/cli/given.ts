/** Reads what users write on the command line; what cannot be is said with what can. */

import { isDuration, toMilliseconds } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import { TASK_STATES, type TaskState } from '../core/task-state.ts';
import { invalid, unreadable } from './failure.ts';

/** A whole number within bounds. */
export function readCount(what: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalid(what, text, `a whole number from ${min} to ${max}`);
}

/** A duration in milliseconds. */
export function readDuration(what: string, text: string): number {
  if (isDuration(text)) return toMilliseconds(text);
  throw invalid(what, text, "a duration such as '30s', '5m' or '2h'");
}

/** A time in milliseconds: ISO 8601, or how long before `now`. */
export function readTime(what: string, text: string, now: number): number {
  if (isDuration(text)) return now - toMilliseconds(text);
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw invalid(what, text, "a time (2026-01-01T00:00:00Z), or how long ago ('2h')");
}

/** A time to come in milliseconds, ISO 8601: a duration would be one that is over. */
export function readTimeToCome(what: string, text: string, instead: string): number {
  const time = isDuration(text) ? Number.NaN : Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw invalid(what, text, `a time such as 2026-01-01T00:00:00Z; how long from now is said by ${instead}`);
}

/** Reads JSON; what is none is said with where it ends to be some, as far as the parser says. */
export function readJson(what: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    // All that is taken of the parser's error: it quotes the text.
    const [, at] = / at position (\d+)/.exec(String(error)) ?? [];
    const from = at === undefined ? '' : ` from character ${Number(at) + 1} on`;
    const problem = `has ${text.length} characters that are no JSON${from}`;
    throw unreadable(what, problem, `JSON; a text is written with its quotes: '"tea"'`);
  }
}

/** `--header name=value`, several times; a value that is JSON is taken as such, any other as text. */
export function readHeaders(given: readonly string[] = []): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw invalid('--header', text, "a name and a value such as 'urgent=true'");
      return [name, parsedOrText(value)];
    }),
  );
}

function parsedOrText(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A state of runs, in small or large letters. */
export function readState(text: string): TaskState {
  const state = TASK_STATES.find((one) => one === text.toUpperCase());
  if (state !== undefined) return state;
  throw invalid('--state', text, `one of ${TASK_STATES.join(', ')}`);
}

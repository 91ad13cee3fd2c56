/** Figures and times as a reader wants them. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const wholes = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export function toCount(count: number): string {
  return wholes.format(count);
}

export function toShortCount(count: number): string {
  return count < 10_000 ? wholes.format(Math.round(count * 100) / 100) : compact.format(count);
}

/** '340 ms', '1.2 s', '3 min 5 s', '2 h 10 min'. */
export function toDuration(ms: number): string {
  if (ms < 1) return ms <= 0 ? '0 ms' : '<1 ms';
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${Number((ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0))} s`;
  if (ms < HOUR_MS) return two(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return two(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return two(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

/** '12:04:05' today, else '24 Nov 12:04:05'; in the reader's time zone. */
export function toTime(at: number, now: number = Date.now()): string {
  const date = new Date(at);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return time;
  const day = `${date.getDate()} ${date.toLocaleString('en', { month: 'short' })}`;
  return date.getFullYear() === today.getFullYear()
    ? `${day} ${time}`
    : `${day} ${date.getFullYear()} ${time}`;
}

export function toClock(at: number): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** '3 min 5 s ago', 'in 20 s'. */
export function toDistance(at: number, now: number = Date.now()): string {
  const distance = at - now;
  if (Math.abs(distance) < SECOND_MS) return 'now';
  return distance > 0 ? `in ${toDuration(distance)}` : `${toDuration(-distance)} ago`;
}

export function toUsd(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 1e-6) return '< $0.000001';
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}

/** JSON over several lines; what is no JSON stays as it is. */
export function toPretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** What is wrong with a text that has to be JSON. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `This is not JSON: ${error.message}` : 'This is not JSON.';
  }
}

/** What is to be known of an input that is edited and whose secrets are not shown. */
export function hiddenHint(input: string): string {
  return input.includes('[redacted]')
    ? "'[redacted]' stands for a secret, which is kept where the word is left in its place."
    : '';
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${toCount(count)} ${count === 1 ? one : many}`;
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / big);
  const rest = Math.floor((ms % big) / small);
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

function pad(figure: number): string {
  return String(figure).padStart(2, '0');
}

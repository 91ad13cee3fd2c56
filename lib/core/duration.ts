/**
 * Durations as users write them: a number with a unit, '30s'. Inside, time is a number of milliseconds named
 * …Ms.
 */
import { DefinitionError } from '../errors.ts';

/** A length of time with its unit: '250ms', '30s', '5m', '12h', '14d'. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Whether a string is a duration that `toMilliseconds` accepts. */
export function isDuration(text: unknown): text is Duration {
  return typeof text === 'string' && /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text);
}

/**
 * Reads a duration.
 * @throws DefinitionError INVALID_DURATION for anything but digits and a unit.
 */
export function toMilliseconds(duration: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  const unit = match === null ? undefined : UNITS[match[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new DefinitionError(
      'INVALID_DURATION',
      `'${duration}' is no duration; write a number and ms, s, m, h or d: '30s'`,
      {
        value: duration,
        allowed: "'250ms', '30s', '5m', '12h', '14d'",
      },
    );
  }
  return Math.round(Number(match[1]) * unit);
}

/** Writes milliseconds as the shortest exact duration: 90000 → '90s', 120000 → '2m'. */
export function fromMilliseconds(ms: number): Duration {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNITS[unit];
    if (size !== undefined && ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** Rate limits as users write them, in Celery's words; fleet-rate.ts says how a whole fleet keeps one. */
import { DefinitionError } from '../errors.ts';

/**
 * A limit as users write it: '10/s', '100/m', '5/h', '1/d', or a number per second; 0, null and '' mean no
 * limit.
 */
export type RateLimit = string | number | null | false | undefined;

/** A limit after reading. */
export interface Rate {
  readonly permits: number;
  readonly periodMs: number;
}

const PERIODS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RATE = /^\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)\s*(?:\/([smhd]))?\s*$/;
const ALLOWED = "a number and /s, /m, /h or /d: '10/s', '100/m'; 0 for no limit";

/**
 * Reads a rate limit; undefined means that there is none (Celery: None, False, 0 and '').
 * @throws DefinitionError RATE_INVALID for anything else.
 */
export function parseRate(limit: RateLimit): Rate | undefined {
  if (limit === null || limit === false || limit === undefined || limit === '') return undefined;
  const match = RATE.exec(String(limit));
  const permits = Number(match?.[1]);
  const periodMs = PERIODS[match?.[2] ?? 's'];
  if (match === null || periodMs === undefined || !Number.isFinite(permits)) throw invalid(limit);
  return permits === 0 ? undefined : { permits, periodMs };
}

function invalid(limit: string | number): DefinitionError {
  const written = typeof limit === 'string' ? `'${limit}'` : String(limit);
  return new DefinitionError('RATE_INVALID', `rate limit ${written} is not ${ALLOWED}`, {
    value: limit,
    allowed: ALLOWED,
  });
}

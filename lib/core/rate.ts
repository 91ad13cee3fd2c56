/**
 * Rate limits: Celery's rate strings, and a token bucket that reserves. The bucket is kept as GCRA keeps it,
 * as one instant, so a limit for a whole fleet is one number in one record; and since a decision says when
 * the slot is, a message that has to wait is deferred once and need not ask again.
 */
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

/** What has to be remembered of a rate limit: from when on the bucket is full again. */
export interface RateState {
  readonly fullAtMs: number;
}

/** A reserved slot. */
export interface Reservation {
  /** When it is; never before `nowMs`. */
  readonly atMs: number;
  /** How long until then; 0 means at once. */
  readonly waitMs: number;
  /** What to remember. Whoever does not store it has reserved nothing. */
  readonly state: RateState;
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

/**
 * Reserves `permits` slots for now or as soon after as the rate allows. `burst` slots may be used at once
 * after a pause; with 1, as in Celery, starts are spaced evenly. A request for more than `burst` waits until
 * they have gathered.
 */
export function reserve(
  rate: Rate,
  state: RateState | undefined,
  nowMs: number,
  permits = 1,
  burst = 1,
): Reservation {
  const spacingMs = rate.periodMs / rate.permits;
  const fullAtMs = Math.max(state?.fullAtMs ?? nowMs, nowMs);
  const atMs = Math.max(nowMs, fullAtMs + (permits - burst) * spacingMs);
  return { atMs, waitMs: atMs - nowMs, state: { fullAtMs: fullAtMs + permits * spacingMs } };
}

function invalid(limit: string | number): DefinitionError {
  const written = typeof limit === 'string' ? `'${limit}'` : String(limit);
  return new DefinitionError('RATE_INVALID', `rate limit ${written} is not ${ALLOWED}`, {
    value: limit,
    allowed: ALLOWED,
  });
}

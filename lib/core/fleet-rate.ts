/**
 * A rate as a whole fleet keeps it. A slot that was reserved for a time is used a little later than that, so
 * slots that lie exactly a period's share apart could be used closer together than the rate allows. They are
 * therefore spread over the period and the tolerance: whatever starts within the tolerance of its slot, no
 * window as long as the period holds more starts than the rate has permits. What comes later than that needs
 * another slot.
 */
import type { Rate } from './rate.ts';

export interface FleetRate {
  /** How far the slots of one shard are apart. */
  readonly spacingMs: number;
  /** How much later than its slot a run may start. */
  readonly toleranceMs: number;
  /** Over how many records the rate is spread, since one takes no more than some hundred writes a second. */
  readonly shards: number;
}

/** DynamoDB takes 1,000 writes a second to one item; conditions that fail are writes too. */
const STARTS_PER_SHARD = 200;
/** What is given away of the rate, so that starts need not be exact. */
const TOLERANCE_SHARE = 0.04;
const TOLERANCE_MS_MAX = 5_000;
/** So many parts a millisecond has. */
const GRAIN = 16;

/** The slots of a rate. */
export function fleetRate({ permits, periodMs }: Rate): FleetRate {
  // Less than one start a period is one start in a longer one.
  const whole = permits < 1 ? { permits: 1, periodMs: periodMs / permits } : { permits, periodMs };
  const perSecond = (whole.permits * 1_000) / whole.periodMs;
  const shards = Math.max(1, Math.min(Math.floor(whole.permits), Math.ceil(perSecond / STARTS_PER_SHARD)));
  // Each shard keeps a whole number of permits, or their sum could exceed the rate.
  const perShard = shards === 1 ? whole.permits : Math.floor(whole.permits / shards);
  const toleranceMs = Math.min(TOLERANCE_MS_MAX, whole.periodMs * TOLERANCE_SHARE);
  const spacingMs = (whole.periodMs + toleranceMs) / perShard;
  // Rounded up, so that the rate is kept, to what sums up exactly in floating point and in decimal numbers;
  // whole milliseconds would take a sixth from a rate of hundreds a second.
  return { spacingMs: Math.ceil(spacingMs * GRAIN) / GRAIN, toleranceMs, shards };
}

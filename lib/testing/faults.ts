/**
 * Faults on demand: what can go wrong between a worker and AWS, each by a rate from 0 (never) to 1 (always),
 * drawn from the simulation's seed.
 */
import type { SqsFaults } from '../emulator/index.ts';
import { DefinitionError } from '../errors.ts';

/** How often each fault strikes. */
export interface FaultRates {
  /** A standard queue delivers a message twice. Per delivery. */
  readonly duplicate?: number;
  /** A standard queue delivers a later message first. Per delivery. */
  readonly reorder?: number;
  /** An ack is answered with success and lost. Per delete. */
  readonly loseAck?: number;
  /** The worker dies before a task's handler starts, and right after it has ended. Per run. */
  readonly crashBeforeRun?: number;
  readonly crashAfterRun?: number;
  /** The worker dies before, and right after, a write to its records. Per write. */
  readonly crashBeforeWrite?: number;
  readonly crashAfterWrite?: number;
  /** The worker dies before, and right after, it sends: a copy, a dead letter, what tasks send. Per call. */
  readonly crashBeforeSend?: number;
  readonly crashAfterSend?: number;
  /**
   * An AWS call is throttled (no effect), fails (no effect), or takes effect and its answer is lost. Per
   * call.
   */
  readonly throttle?: number;
  readonly fail?: number;
  readonly loseAnswer?: number;
  /** An AWS call takes up to 5 s. Per call. */
  readonly slow?: number;
}

/** Every fault, at a rate at which most tasks still get through. */
export const ALL_FAULTS: FaultRates = Object.freeze({
  duplicate: 0.1,
  reorder: 0.1,
  loseAck: 0.05,
  crashBeforeRun: 0.03,
  crashAfterRun: 0.03,
  crashBeforeWrite: 0.03,
  crashAfterWrite: 0.03,
  crashBeforeSend: 0.02,
  crashAfterSend: 0.02,
  throttle: 0.03,
  fail: 0.03,
  loseAnswer: 0.03,
  slow: 0.05,
});

export const SLOW_MS_MAX = 5_000;

/** One kind of fault, by its name. */
export type Fault = keyof FaultRates;

/** Decides, from a seed, what strikes; counts what struck. */
export interface FaultPlan {
  strikes(fault: Fault): boolean;
  /** Chance for details, such as how slow. */
  readonly chance: () => number;
  /** How often each fault has struck. */
  counts(): Readonly<Partial<Record<Fault, number>>>;
}

/** @throws DefinitionError INVALID_FAULT for a name that no fault has, and for what is no rate. */
export function createFaultPlan(rates: FaultRates, chance: () => number): FaultPlan {
  checkRates(rates);
  const counts: Partial<Record<Fault, number>> = {};
  return {
    strikes(fault) {
      const rate = rates[fault] ?? 0;
      // No draw without a rate, so that adding a fault to the plan's type does not change old seeds.
      if (rate <= 0 || chance() >= rate) return false;
      counts[fault] = (counts[fault] ?? 0) + 1;
      return true;
    },
    chance,
    counts: () => ({ ...counts }),
  };
}

/** A fault that is misspelt never strikes, and the test that asks for it would pass for nothing. */
function checkRates(rates: FaultRates): void {
  const known = Object.keys(ALL_FAULTS);
  for (const [name, rate] of Object.entries(rates)) {
    if (known.includes(name) && (rate === undefined || (rate >= 0 && rate <= 1))) continue;
    const allowed = known.includes(name) ? 'a rate from 0 (never) to 1 (always)' : known.join(', ');
    const wrong = known.includes(name) ? `is ${String(rate)}; give` : 'is no fault; there are';
    const message = `faults.${name} ${wrong} ${allowed}`;
    throw new DefinitionError('INVALID_FAULT', message, { value: { [name]: rate }, allowed });
  }
}

/** The part of the plan that the emulated SQS carries out itself. */
export function toSqsFaults(plan: FaultPlan): SqsFaults {
  return {
    duplicate: () => plan.strikes('duplicate'),
    reorder: () => plan.strikes('reorder'),
    loseDelete: () => plan.strikes('loseAck'),
  };
}

/** An AWS error as the SDK would throw it. */
export function awsError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

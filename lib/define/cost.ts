/**
 * What a run of a task costs, from its definition alone: for `celeriac check` before anything is deployed,
 * and for the dashboard beside what was counted. It is an estimate of a message of at most 6 KB that is sent
 * and received in full batches and succeeds at its first attempt.
 */
import { PRICES, type PriceName, usdOf } from '../core/price.ts';
import { type AnyTask, keepsRecord } from './task.ts';
import { WORKER_DEFAULTS } from './worker.ts';

/** What the estimate assumes. */
export interface CostAssumptions {
  /** How long the task's own code takes; else 50. */
  readonly durationMs?: number;
  /** The worker's memory; else 512. */
  readonly memoryMb?: number;
  /** Messages in a call to SQS and in an invocation: 1 is the dearest; else 10. */
  readonly batch?: number;
}

/** What is assumed where nothing is said. */
export const COST_DEFAULTS = { durationMs: 50, memoryMb: WORKER_DEFAULTS.memory, batch: 10 } as const;

/** A part of what a million runs cost. */
export interface CostLine {
  readonly price: PriceName;
  /** What it is paid for: 'claim and completion'. */
  readonly what: string;
  /** Units a run; a call that ten runs share is a tenth. */
  readonly units: number;
  /** US dollars a million runs. */
  readonly usd: number;
}

export interface TaskCost {
  readonly task: string;
  readonly lines: readonly CostLine[];
  /** US dollars a million runs, all lines together. */
  readonly usdPerMillion: number;
}

/** Estimates a million runs of a task. */
export function estimateTask(task: AnyTask, assumptions: CostAssumptions = {}): TaskCost {
  const { durationMs, memoryMb, batch } = { ...COST_DEFAULTS, ...assumptions };
  const call = 1 / batch;
  const sqs: PriceName = task.queue.ordered ? 'sqsFifo' : 'sqs';
  const { rate, slots, revokedBy } = task.limits;
  const wanted: readonly (readonly [boolean, PriceName, string, number])[] = [
    [true, sqs, 'send, receive, delete', 3 * call],
    [task.queue.fairBy !== undefined, 'sqsFair', 'fair queue', 3 * call],
    [true, 'lambdaRequest', 'invocation', call],
    [true, 'lambdaCompute', `${durationMs} ms on ${memoryMb} MB`, (durationMs / 1_000) * (memoryMb / 1_024)],
    [keepsRecord(task), 'dynamoWrite', 'claim and completion', RECORD_UNITS],
    [task.once !== undefined, 'dynamoWrite', 'key of once', KEY_UNITS],
    [rate !== undefined, 'dynamoWrite', 'slot of the rate', RATE_UNITS],
    [slots !== undefined, 'dynamoWrite', 'slot of the concurrency', SLOT_UNITS],
    [revokedBy.length > 0, 'dynamoRead', 'revocations by header', revokedBy.length],
  ];
  const lines = wanted
    .filter(([holds]) => holds)
    .map(([, price, what, units]) => ({ price, what, units, usd: usdOf(price, units * MILLION) }));
  return { task: task.name, lines, usdPerMillion: lines.reduce((sum, { usd }) => sum + usd, 0) };
}

/** Adds lines up by service, as a table shows them. */
export function byService({ lines }: TaskCost): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { price, usd } of lines) {
    const { service } = PRICES[price];
    sums[service] = (sums[service] ?? 0) + usd;
  }
  return sums;
}

const MILLION = 1_000_000;
/** A claim writes the item and both indexes; a completion the item, and the index by state twice. */
const RECORD_UNITS = 6;
/** Taken and released. */
const KEY_UNITS = 2;
/** Reserved. */
const RATE_UNITS = 1;
/** Taken and released. */
const SLOT_UNITS = 2;

/**
 * The end of a run whose process was ended for its hard time limit: what the process would have made of it
 * itself, had its task not kept it from that. The task has thrown a TimeLimitError, as far as its message is
 * concerned: that is an attempt, as on Lambda, and no crash. (Celery gives such a task up; here `retry` says
 * what comes of it, and can name the error under `never`.)
 */
import { readArrival } from './arrival.ts';
import { type Attempt, failClaimed, failStateless, type Step } from './attempt.ts';
import { toRecorded } from './delivery.ts';
import type { Pass } from './gated.ts';
import { BACK, type BegunRun, type Delivery, type Outcome } from './outcome.ts';
import { tooLong } from './watch.ts';

/** A run that was ended from outside, and what it still holds. */
export interface LateRun extends BegunRun {
  readonly hardMs: number;
  readonly pass: Pass;
}

/** Whether a delivery is the one that has run. */
export function isOf({ connection, lease }: Step, delivery: Delivery, { id }: LateRun): boolean {
  const arrival = readArrival(connection, lease.queue, delivery);
  return arrival.kind === 'run' && arrival.message.id === id;
}

/** Sends its message on, or ends it. */
export async function endOvertime(step: Step, delivery: Delivery, late: LateRun): Promise<Outcome> {
  const arrival = readArrival(step.connection, step.lease.queue, delivery);
  if (arrival.kind !== 'run' || arrival.task === undefined) return BACK;
  const { task, consumer } = arrival;
  const { owner, attempt: made, hardMs } = late;
  const recorded = toRecorded(step, delivery, arrival);
  const keptSeconds = (task.once?.forMs ?? 0) / 1_000;
  const pass: Pass = {
    ...late.pass,
    park: (seconds, attempts) => late.pass.park(seconds + keptSeconds, attempts),
  };
  const attempt: Attempt = { ...recorded, task, consumer, pass };
  const thrown = tooLong(task, hardMs);
  const about = { task: task.name, id: late.id, attempt: made };
  step.connection.ports.log({ level: 'warn', message: 'ran out of time', ...about, hardMs });
  const { runs } = recorded;
  try {
    return owner === undefined || runs === undefined
      ? await failStateless(attempt, thrown, made)
      : await failClaimed({ ...attempt, runs, owner, retries: made - 1 }, thrown);
  } finally {
    await pass.leave();
  }
}

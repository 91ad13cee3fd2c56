/**
 * Runs that put a workflow in their place (Celery's replace). The workflow has an id that derives from the
 * run's, and knows the run's message; the run waits as for another attempt, and ends as the workflow does.
 */
import { encodeMessage } from '../core/message.ts';
import { DEADLINE_INSTEAD } from '../core/workflow/deadline.ts';
import { inPlaceOf } from '../core/workflow/path.ts';
import type { Instead, Plan } from '../core/workflow/plan.ts';
import type { AnySignature } from '../define/signature.ts';
import { toPlan } from '../define/workflow.ts';
import { CeleriacError, type ErrorCode, toWireError } from '../errors.ts';
import type { Claimed } from './attempt.ts';
import { requestNow } from './claim-request.ts';
import { followUp } from './follow-up.ts';
import type { RunEnd } from './node-end.ts';
import { BACK, DONE, type Outcome } from './outcome.ts';
import { toEnd, toRunEnd } from './replaced.ts';
import { traceOf } from './watched-send.ts';
import { sendWorkflow } from './workflow-send.ts';
import { workflowOf } from './workflow-start.ts';

/** What `context.replace` throws, so that nothing of the task comes after it. */
export class Replacement extends CeleriacError {
  readonly plan: Plan;

  constructor(signature: AnySignature) {
    const text =
      'the task has replaced itself, which only a run with a record can whose app has workflows: define ' +
      'the task without result: false';
    super('REPLACE_NOT_KEPT', text);
    this.plan = toPlan(signature);
  }
}

/**
 * Sends what has replaced a run, then lets go of the run: it waits until that has ended. What cannot be sent
 * is given to `fail`, as what the run has thrown.
 */
export async function replaceClaimed(
  attempt: Claimed,
  { plan }: Replacement,
  fail: (attempt: Claimed, thrown: unknown) => Promise<Outcome>,
): Promise<Outcome> {
  const { connection, message, runs, owner, retries } = attempt;
  const made = retries + 1;
  const id = inPlaceOf(connection.space, message.id, message.generation);
  try {
    // Sent first: a crash after it finds a run that replaces itself again, under the same id.
    await sendInPlace(attempt, id, plan);
  } catch (thrown) {
    // AWS may take it another time. What is refused was wrongly given by the task, which fails with that: it
    // would be refused each time, and put off it would run again and again.
    if (!(thrown instanceof CeleriacError) || thrown.code === ('SEND_FAILED' satisfies ErrorCode))
      throw thrown;
    return fail(attempt, thrown);
  }
  // An attempt before this one may have died after it, and its workflow have ended while nobody could end the
  // run: then it is known here, and else whoever ends it finds the run let go.
  const over = await endOf(attempt, id);
  if (over !== undefined) return endAs(attempt, over);
  const text = `its place was taken by workflow '${id}'`;
  const error = toWireError(new CeleriacError('REPLACED', text), 0);
  return (await runs.release(requestNow(attempt), owner, made, error)) ? DONE : BACK;
}

async function sendInPlace({ connection, message, lease }: Claimed, id: string, step: Plan): Promise<void> {
  const { input: _, blob: __, wait: ___, history: ____, ...rest } = message;
  const instead: Instead = {
    kind: 'run',
    // Without its input it is smaller than it was when it arrived.
    letter: encodeMessage({ ...rest, history: [] }) ?? '',
    queue: lease.queue.name,
  };
  const plan = { kind: 'chain', steps: [step], instead } as const;
  await sendWorkflow(
    connection,
    message.hops + 1,
    plan,
    { id },
    { trace: traceOf(message), deadline: DEADLINE_INSTEAD },
  );
}

/** How the workflow of an id has ended, as the end of a run; undefined: it has not. */
async function endOf({ connection, message, lease, runs }: Claimed, id: string): Promise<RunEnd | undefined> {
  const workflow = workflowOf(connection, id, { hops: message.hops + 1, queue: lease.queue });
  const record = (await runs.read([id])).get(id);
  const end = record && toEnd(record);
  return workflow && end && toRunEnd(workflow, { message, queue: lease.queue.name }, end);
}

/** Ends a claimed run as what has taken its place. */
async function endAs(attempt: Claimed, ended: RunEnd): Promise<Outcome> {
  const { runs, owner, retries } = attempt;
  if (!(await runs.complete(requestNow(attempt), owner, { ...ended, attempts: retries + 1 }))) return BACK;
  await followUp(attempt, ended);
  return DONE;
}

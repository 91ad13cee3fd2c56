/** The start of a message that may run: its input, its keys and slots, its claim, and then the run. */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
import {
  type Attempt,
  type Claimed,
  crashError,
  crashesNow,
  endClaimed,
  requestNow,
  runClaimed,
  runStateless,
} from './attempt.ts';
import { ackEarly } from './early.ts';
import { type Entered, isGated, type Waiting } from './gated.ts';
import { leaseEnd } from './lease.ts';
import type { Outcome } from './outcome.ts';
import { fetchInput, parseInput } from './payload.ts';
import { isRevokedBy } from './revocation.ts';
import { giveUp, revoke, unclaimed } from './unstarted.ts';

/** Set by the bundler to `false` where nothing of messaging is used; see serve.ts. */
declare const CELERIAC_MESSAGING: boolean | undefined;

/** Fetches and parses the input, then claims and runs. */
export async function start(attempt: Attempt): Promise<Outcome> {
  const { connection, message, task, consumer } = attempt;
  if (await isRevokedBy(connection, task, message, false)) return revoke(attempt, 'revoked');
  const fetched = await fetchInput(message, connection.ports.blobs);
  if (fetched === undefined) return giveUp(attempt, 'payload-lost', lostError(message));
  const input = await parseInput(task, fetched.input);
  if ('error' in input) return giveUp(attempt, 'invalid-input', toWireError(input.error, STACK_LENGTH_MAX));
  if (attempt.runs === undefined) {
    const early = isEarly(consumer) ? await ackEarly(attempt) : undefined;
    return early ?? runStateless(attempt, input.value);
  }
  const token = newToken(connection.ports.chance);
  const entered = isGated(task) ? await enter(attempt, input.value, token) : undefined;
  if (entered instanceof CeleriacError)
    return giveUp(attempt, 'invalid-input', toWireError(entered, STACK_LENGTH_MAX));
  if (entered?.kind === 'wait') return putOff(attempt, entered);
  if (entered?.kind === 'drop') return revoke(attempt, entered.reason);
  const claimable = { ...attempt, runs: attempt.runs, owner: token, pass: entered?.pass };
  try {
    return await claimAndRun(claimable, input.value);
  } finally {
    await entered?.pass.leave();
  }
}

/** An error where a key cannot be made of this input: it will not be another time. */
async function enter(
  attempt: Attempt,
  input: unknown,
  token: string,
): Promise<Entered | CeleriacError | undefined> {
  const { task, message, lease, connection } = attempt;
  const { deadline } = lease.batch;
  try {
    return await connection.ports.state?.gate.enter({ task, message, input, token, deadline });
  } catch (thrown) {
    if (thrown instanceof CeleriacError && thrown.code === 'KEY_FAILED') return thrown;
    throw thrown;
  }
}

async function claimAndRun(attempt: Omit<Claimed, 'retries'>, input: unknown): Promise<Outcome> {
  const { consumer, runs, owner, pass } = attempt;
  const request = requestNow(attempt);
  const claim = await runs.claim(request, owner, leaseEnd(attempt.lease.batch.deadline, request.now));
  if (claim.kind !== 'claimed') return unclaimed(attempt, claim);
  const claimed: Claimed = { ...attempt, retries: claim.retries };
  if (claim.crashes >= crashesAllowed(attempt))
    return endClaimed(claimed, 'crashed', crashError(attempt, claim.crashes));
  const late = await pass?.start();
  if (late !== undefined) {
    // The copy first: a crash after it finds two messages, of which the claim lets one run.
    const outcome = await putOff(attempt, late);
    await runs.release(requestNow(attempt), owner, claim.retries, WAITS);
    return outcome;
  }
  return (isEarly(consumer) ? await ackEarly(claimed) : undefined) ?? runClaimed(claimed, input);
}

/** Whether a message is acked before it runs; only consumers do that, and not every bundle has them. */
function isEarly(consumer: Attempt['consumer']): boolean {
  return (typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING) && consumer?.ack === 'early';
}

/** Why a claim was given up without an attempt: its record shows it until there is one. */
const WAITS: WireError = {
  code: 'RATE_LIMITED',
  name: 'CeleriacError',
  message: "it waits for a slot of its task's rate",
};

/** Sends a message on that has to wait: no attempt, and however often it happens no dead letter. */
async function putOff(attempt: Attempt, { wait, seconds }: Waiting): Promise<Outcome> {
  const { connection, copies, message, task } = attempt;
  const until = new Date(wait.at).toISOString();
  const about = { task: task.name, id: message.id, for: wait.for, until };
  connection.ports.log({ level: 'info', message: 'waits', ...about });
  // What it waited for before is over, and counts no more.
  const { deferredSince: _, ...rest } = message;
  return copies.postpone({ ...rest, wait }, crashesNow(attempt), seconds);
}

function lostError({ blob }: Message): WireError {
  const text = `the input is not in the app's bucket any more: there is no '${blob}'`;
  return toWireError(new CeleriacError('PAYLOAD_LOST', text), 0);
}

/**
 * How many claims without an outcome a task survives. On a standard queue the receive count has been asked
 * before: it does not count the claims whose completion AWS refused.
 */
function crashesAllowed({ task, lease }: Attempt): number {
  if (task.crashed === 'deadLetter') return 1;
  return lease.queue.ordered ? lease.queue.deadLetterAfter : Number.POSITIVE_INFINITY;
}

function newToken(chance: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(chance() * 2 ** 32).toString(36)).join('');
}

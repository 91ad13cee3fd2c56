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
  runClaimed,
  runStateless,
} from './attempt.ts';
import { requestNow } from './claim-request.ts';
import { ackEarly } from './early.ts';
import { expiryOf } from './expiry.ts';
import { type Entered, isGated, type Waiting } from './gated.ts';
import { leaseEnd } from './lease.ts';
import { BACK, type Outcome } from './outcome.ts';
import { fetchInput, parseInput } from './payload.ts';
import { isRevokedBy } from './revocation.ts';
import { learnInput, wireOf } from './secrets.ts';
import { expire, giveUp, revoke, sendOnReady, unclaimed } from './unstarted.ts';
import { fetchResult, parseInputs } from './workflow-input.ts';

/** Set by the bundler to `false` where nothing of messaging is used; see serve.ts. */
declare const CELERIAC_MESSAGING: boolean | undefined;
declare const CELERIAC_STATE: boolean | undefined;
declare const CELERIAC_LIMITS: boolean | undefined;
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** Fetches and parses the input, then claims and runs. */
export async function start(attempt: Attempt): Promise<Outcome> {
  const { connection, message, task } = attempt;
  if (typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS) {
    if (await isRevokedBy(connection, task, message, false)) return revoke(attempt, 'revoked');
  }
  const brought = await fetch(attempt);
  if (brought === undefined) return giveUp(attempt, 'payload-lost', lostError(message));
  learnInput(connection, task, brought.input);
  const input =
    typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS
      ? await parseInputs(task, message, brought.input)
      : await parseInput(task, brought.input);
  if ('error' in input)
    return giveUp(attempt, 'invalid-input', wireOf(connection, input.error, STACK_LENGTH_MAX));
  learnInput(connection, task, input.value);
  if ((typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE) && attempt.runs !== undefined)
    return startRecorded({ ...attempt, runs: attempt.runs }, input.value);
  return (await early(attempt)) ?? runStateless(attempt, input.value);
}

/** What the message brings, or the part of its workflow that it names; undefined: that is gone. */
async function fetch(attempt: Attempt): Promise<{ readonly input: unknown } | undefined> {
  const brought = await fetchInput(attempt.message, attempt.connection.ports.blobs);
  if (!(typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS)) return brought;
  return brought && fetchResult(attempt, brought);
}

/** Past keys and slots to the claim, and through the run. */
async function startRecorded(attempt: Attempt & Pick<Claimed, 'runs'>, input: unknown): Promise<Outcome> {
  const { connection, task } = attempt;
  const token = newToken(connection.ports.chance);
  if ((typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS) && isGated(task))
    return startGated(attempt, input, token);
  return claimAndRun({ ...attempt, owner: token }, input);
}

async function startGated(
  attempt: Attempt & Pick<Claimed, 'runs'>,
  input: unknown,
  token: string,
): Promise<Outcome> {
  const entered = await enter(attempt, input, token);
  if (entered instanceof CeleriacError)
    return giveUp(attempt, 'invalid-input', wireOf(attempt.connection, entered, STACK_LENGTH_MAX));
  if (entered?.kind === 'wait') return putOff(attempt, entered);
  if (entered?.kind === 'drop') return revoke(attempt, entered.reason);
  try {
    return await claimAndRun({ ...attempt, owner: token, pass: entered?.pass }, input);
  } catch (thrown) {
    // AWS was out of reach; the message goes on, and no other call is to have its key meanwhile.
    await entered?.pass.putOff(OUT_OF_REACH_SECONDS);
    throw thrown;
  } finally {
    await entered?.pass.leave();
  }
}

const OUT_OF_REACH_SECONDS = 60;

/** An error where a key cannot be made of this input: it will not be another time. */
async function enter(
  attempt: Attempt,
  input: unknown,
  token: string,
): Promise<Entered | CeleriacError | undefined> {
  const { task, message, lease, connection } = attempt;
  const { deadline } = lease.batch;
  try {
    const crashes = crashesNow(attempt);
    return await connection.ports.state?.gate?.enter({ task, message, input, token, crashes, deadline });
  } catch (thrown) {
    if (thrown instanceof CeleriacError && thrown.code === 'KEY_FAILED') return thrown;
    throw thrown;
  }
}

async function claimAndRun(attempt: Omit<Claimed, 'retries'>, input: unknown): Promise<Outcome> {
  const { runs, owner, pass } = attempt;
  const request = requestNow(attempt);
  const { deadline, beatMs } = attempt.lease.batch;
  const claim = await runs.claim(request, owner, leaseEnd(deadline, request.now, beatMs));
  if (claim.kind !== 'claimed') return unclaimed(attempt, claim);
  const claimed: Claimed = { ...attempt, retries: claim.retries };
  if (claim.crashes >= crashesAllowed(attempt))
    return endClaimed(claimed, 'crashed', crashError(attempt, claim.crashes));
  if (typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS) {
    const late = await pass?.start();
    if (late !== undefined) return waitAgain(claimed, late);
    const expiresAt = pass && expiryOf(attempt.lease.queue, attempt.message);
    if (expiresAt !== undefined && expiresAt <= attempt.connection.ports.clock.now())
      return expireClaimed(claimed, expiresAt);
  }
  return (await early(claimed)) ?? runClaimed(claimed, input);
}

/** Gives a claim up whose run has to wait for a slot after all. */
async function waitAgain(claimed: Claimed, late: Waiting): Promise<Outcome> {
  // The copy first: a crash after it finds two messages, of which the claim lets one run.
  const outcome = await putOff(claimed, late);
  await claimed.runs.giveBack(requestNow(claimed), claimed.owner, claimed.retries);
  return outcome;
}

/** Ends a run that has waited for its slot for too long; it has not begun, so its claim was none. */
async function expireClaimed(claimed: Claimed, expiresAt: number): Promise<Outcome> {
  const given = await claimed.runs.giveBack(requestNow(claimed), claimed.owner, claimed.retries);
  return given ? expire(claimed, expiresAt) : BACK;
}

/** Acks a message whose consumer asks for that before it runs; not every bundle has consumers. */
async function early(attempt: Attempt | Claimed): Promise<Outcome | undefined> {
  if (typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING)
    return attempt.consumer?.ack === 'early' ? ackEarly(attempt) : undefined;
  return undefined;
}

/** Sends a message on that has to wait: no attempt, and however often it happens no dead letter. */
async function putOff(
  attempt: Attempt & Pick<Claimed, 'runs'>,
  { wait, seconds }: Waiting,
): Promise<Outcome> {
  const { connection, message, task } = attempt;
  const until = new Date(wait.at).toISOString();
  const about = { task: task.name, id: message.id, for: wait.for, until };
  connection.ports.log({ level: 'info', message: 'waits', ...about });
  // What it waited for before is over, and counts no more.
  const { deferredSince: _, ...rest } = message;
  return sendOnReady({ ...attempt, message: { ...rest, wait } }, seconds, wait);
}

function lostError({ blob, workflow: place }: Message): WireError {
  const text =
    blob === undefined
      ? `the input is the result of part '${place?.from}' of workflow '${place?.id}', which is not there now`
      : `the input is not in the app's bucket any more: there is no '${blob}'`;
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

/**
 * The port Runs over DynamoDB. One item a run, one conditional write a change: `starts` counts claims and
 * `ends` remembers that count at the last outcome, so their difference is the number of workers that died on
 * it. A lease's end stands in the condition, never in the TTL, which deletes days late.
 */
import { refusalOf } from '../core/claim.ts';
import { RECORD_MS } from '../core/limits.ts';
import type { WireError } from '../errors.ts';
import type { ClaimOutcome, ClaimRequest, Ending, RunRecord, Runs } from '../runtime/ports.ts';
import { type Apart, apartSets, createApart, withApart } from './apart.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import { createTogether } from './run-batch.ts';
import { fromItem, toKey, toPart, type Values } from './run-item.ts';
import { stateShard, taskShard } from './run-shard.ts';
import { noteCopy, noteWait } from './run-waits.ts';
import { createUpdates, type Update, type Written } from './updates.ts';

/** Writes one run's item. */
type Write = (id: string, update: Update, condition: string) => Promise<Written>;

export function createRuns(call: Call, tableName: string): Runs {
  const updates = createUpdates(call, tableName);
  const write: Write = (id, update, condition) => updates(toKey(id), update, condition);
  const together = createTogether(call, tableName);
  const apart = createApart(call, tableName);
  return {
    async claim(request, owner, leaseUntil) {
      const update = claimUpdate(request, owner, leaseUntil);
      return (await together.claim(request, owner, update)) ?? take({ write, apart }, request, update, owner);
    },
    finish: (request, ending) => take({ write, apart }, request, finishUpdate(request, ending)),
    async complete(request, owner, whole) {
      const ending = await apart.write(request.id, owner, whole);
      const update = merged(completeUpdate(request, ending), apartSets(ending, owner));
      if (ending.state !== 'SUCCESS') together.forget(owner);
      const tried = ending.state === 'SUCCESS' ? await together.complete(request, owner, update) : 'untried';
      if (tried === 'done' || tried === 'twice') return tried === 'done';
      const { kind, item } = await asOwner(write, request, owner, update);
      // Refused since this very ending stands there: the answer of the call that wrote it was lost.
      const isThis = item.endedAt?.N === `${request.now}` && item.state?.S === ending.state;
      return kind === 'written' || (tried === 'unknown' && isThis);
    },
    async release(request, owner, retries, error) {
      together.forget(owner);
      return (
        (await asOwner(write, request, owner, releaseUpdate(request, retries, error))).kind === 'written'
      );
    },
    async giveBack(request, owner, retries) {
      together.forget(owner);
      return (await asOwner(write, request, owner, giveBackUpdate(request.id, retries))).kind === 'written';
    },
    wait: (request, note) =>
      noteWait(updates, request, note, async (item) =>
        withApart(fromItem(item).record, item, await apart.read([item])),
      ),
    noteCopy: (request, note) => noteCopy(updates, request, note),
    settle: async (request) => void (await write(request.id, settleUpdate(request), SAME_GENERATION)),
    read: (ids) => read(call, tableName, apart, ids),
  };
}

function merged(update: Update, more: Update | undefined): Update {
  if (more === undefined) return update;
  return { ...update, set: [...update.set, ...more.set], values: { ...update.values, ...more.values } };
}

const SAME_GENERATION = '#generation = :generation';

/** With its generation, so that the run's next one begins unsettled. */
function settleUpdate({ generation }: ClaimRequest): Update {
  return {
    set: ['#settled = :generation'],
    remove: [],
    values: { ':generation': { N: String(generation) } },
  };
}

/** A run may be taken when it is new, of an older generation, or waits and no one else holds it. */
const FREE_STATES = '#state IN (:pending, :retry) OR (#state = :started AND #leaseUntil < :now)';

function takeCondition(request: ClaimRequest, more = ''): string {
  const mine = request.retries === undefined ? '' : ' AND #retries <= :retries';
  return (
    'attribute_not_exists(#pk) OR #generation < :generation OR (#generation = :generation AND ' +
    `(${FREE_STATES})${mine}${more})`
  );
}

/** A run that was revoked while an attempt was under way gets no other one. */
const NOT_REVOKED = ' AND attribute_not_exists(#revokedAt)';

function takeValues(request: ClaimRequest): Values {
  return {
    ':generation': { N: String(request.generation) },
    ':pending': { S: 'PENDING' },
    ':retry': { S: 'RETRY' },
    ':started': { S: 'STARTED' },
    ':now': { N: String(request.now) },
    ':zero': { N: '0' },
    ...(request.retries === undefined ? {} : { ':retries': { N: String(request.retries) } }),
  };
}

/** What every taking of a run writes, besides its retries. */
function takeSets(request: ClaimRequest): { set: string[]; values: Values } {
  const { workflow } = request;
  return {
    set: [
      '#id = :id, #task = :task, #queue = :queue, #sentAt = :sentAt, #taskShard = :taskShard, ' +
        '#generation = :generation',
      '#expiresAt = :expiresAt',
      ...(workflow === undefined ? [] : ['#workflow = :workflow']),
    ],
    values: {
      ...takeValues(request),
      ...(workflow === undefined ? {} : { ':workflow': toPart(workflow) }),
      ':id': { S: request.id },
      ':task': { S: request.task },
      ':queue': { S: request.queue },
      ':sentAt': { N: String(request.sentAt) },
      ':taskShard': { S: taskShard(request.task, request.id) },
      ':expiresAt': { N: String(Math.ceil((request.now + RECORD_MS) / 1_000)) },
    },
  };
}

/** On an ordered queue the record alone counts retries, so a claim leaves them as they are. */
function claimedRetries(request: ClaimRequest): string {
  return `#retries = ${request.retries === undefined ? 'if_not_exists(#retries, :zero)' : ':retries'}`;
}

/**
 * A failed run may be redriven as its next generation, which counts its retries anew: on an ordered queue
 * nothing but this record could say so. Elsewhere the message says it, and the record keeps what it had.
 */
function restartsCount(request: ClaimRequest, ending: Ending): boolean {
  return request.retries === undefined && ending.state === 'FAILURE';
}

function claimUpdate(request: ClaimRequest, owner: string, leaseUntil: number): Update {
  const { set, values } = takeSets(request);
  return {
    set: [
      ...set,
      claimedRetries(request),
      '#state = :started, #stateShard = :stateShard, #owner = :owner, #leaseUntil = :leaseUntil, ' +
        '#startedAt = :now',
      '#starts = if_not_exists(#starts, :zero) + :one, #ends = if_not_exists(#ends, :zero)',
    ],
    // What was said of an earlier generation does not hold for this one.
    remove: [
      ...['#endedAt', '#reason', '#result', '#resultUntil', '#resultOf', '#progress', '#forgotten'],
      ...['#revokedAt', '#terminate'],
    ],
    values: {
      ...values,
      ':stateShard': { S: stateShard('STARTED', request.id) },
      ':owner': { S: owner },
      ':leaseUntil': { N: String(leaseUntil) },
      ':one': { N: '1' },
    },
  };
}

function finishUpdate(request: ClaimRequest, ending: Ending): Update {
  const taken = takeSets(request);
  const ended = endingSets(request, ending);
  return {
    set: [
      ...taken.set,
      ...ended.set,
      restartsCount(request, ending) ? '#retries = :zero' : claimedRetries(request),
      '#starts = if_not_exists(#starts, :zero), #ends = if_not_exists(#starts, :zero)',
    ],
    remove: ['#owner', '#leaseUntil'],
    values: { ...taken.values, ...ended.values },
  };
}

function completeUpdate(request: ClaimRequest, ending: Ending): Update {
  const { set, values } = endingSets(request, ending);
  const again = restartsCount(request, ending)
    ? { sets: ['#retries = :zero'], values: { ':zero': { N: '0' } } }
    : undefined;
  return {
    set: [...set, '#ends = #starts', ...(again?.sets ?? [])],
    remove: ['#owner', '#leaseUntil', ...(ending.error === undefined ? ['#error'] : [])],
    values: { ...values, ...again?.values },
  };
}

/** The claim was none: what had no outcome before has none now. */
function giveBackUpdate(id: string, retries: number): Update {
  const state = retries > 0 ? 'RETRY' : 'PENDING';
  return {
    set: ['#state = :state, #stateShard = :stateShard, #starts = #starts - :one'],
    remove: ['#owner', '#leaseUntil', '#startedAt'],
    values: { ':state': { S: state }, ':stateShard': { S: stateShard(state, id) }, ':one': { N: '1' } },
  };
}

function releaseUpdate(request: ClaimRequest, retries: number, error: WireError): Update {
  return {
    set: [
      '#state = :retry, #stateShard = :stateShard, #retries = :retries, #error = :error, #ends = #starts',
    ],
    remove: ['#owner', '#leaseUntil'],
    values: {
      ':retry': { S: 'RETRY' },
      ':stateShard': { S: stateShard('RETRY', request.id) },
      ':retries': { N: String(retries) },
      ':error': { S: JSON.stringify(error) },
    },
  };
}

function endingSets(request: ClaimRequest, ending: Ending): { set: string[]; values: Values } {
  const optional = (['result', 'reason', 'blob', 'letter'] as const).filter(
    (name) => ending[name] !== undefined,
  );
  return {
    set: [
      '#state = :ended, #stateShard = :endedShard, #endedAt = :endedAt',
      ...optional.map((name) => `#${name} = :${name}`),
      ...(ending.error === undefined ? [] : ['#error = :error']),
      ...(ending.attempts === undefined ? [] : ['#attempts = :attempts']),
    ],
    values: {
      ':ended': { S: ending.state },
      ':endedShard': { S: stateShard(ending.state, request.id) },
      ':endedAt': { N: String(request.now) },
      ...Object.fromEntries(optional.map((name) => [`:${name}`, { S: ending[name] ?? '' }])),
      ...(ending.error === undefined ? {} : { ':error': { S: JSON.stringify(ending.error) } }),
      ...(ending.attempts === undefined ? {} : { ':attempts': { N: String(ending.attempts) } }),
    },
  };
}

async function take(
  { write, apart }: { readonly write: Write; readonly apart: Apart },
  request: ClaimRequest,
  update: Update,
  claimant?: string,
): Promise<ClaimOutcome> {
  const condition = takeCondition(request, claimant === undefined ? '' : NOT_REVOKED);
  const written = await write(request.id, update, condition);
  const { record, starts, ends, leaseUntil, owner } = fromItem(written.item);
  // A claim that was refused by itself: its first answer was lost, and the call was made again.
  const mine = claimant !== undefined && owner === claimant && record.state === 'STARTED';
  if (written.kind === 'written' || mine)
    return { kind: 'claimed', retries: record.retries, crashes: Math.max(0, starts - ends - 1) };
  const kind = refusalOf({ ...record, leaseUntil, revoked: written.item.revokedAt !== undefined }, request);
  if (kind === 'held') return { kind, untilMs: leaseUntil };
  if (kind !== 'finished') return { kind };
  return { kind, record: withApart(record, written.item, await apart.read([written.item])) };
}

function asOwner(write: Write, request: ClaimRequest, owner: string, update: Update): Promise<Written> {
  const owned = { ...update, values: { ...update.values, ':owner': { S: owner } } };
  return write(request.id, owned, '#owner = :owner');
}

async function read(
  call: Call,
  tableName: string,
  apart: Apart,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RunRecord>> {
  const items = await readItems(call, tableName, [...new Set(ids)].map(toKey));
  const results = await apart.read(items);
  const records = items.map((item) => withApart(fromItem(item).record, item, results));
  return new Map(records.map((record) => [record.id, record]));
}

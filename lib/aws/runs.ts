/**
 * The port Runs over DynamoDB. One item a run, one conditional write a change: `starts` counts claims and
 * `ends` remembers that count at the last outcome, so their difference is the number of workers that died on
 * it. A lease's end stands in the condition, never in the TTL, which deletes days late.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { RECORD_MS } from '../core/limits.ts';
import { CeleriacError, type WireError } from '../errors.ts';
import type { ClaimOutcome, ClaimRequest, Ending, RunRecord, Runs } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { fromItem, type Item, toKey, type Values } from './run-item.ts';
import { stateShard, taskShard } from './run-shard.ts';

/** Asked again for keys that DynamoDB left unread (a throttle, 16 MB), at most this often. */
const READS_MAX = 8;

export function createRuns(call: Call, tableName: string): Runs {
  const write = createWrite(call, tableName);
  return {
    claim: (request, owner, leaseUntil) =>
      take(write, request, claimUpdate(request, owner, leaseUntil), owner),
    finish: (request, ending) => take(write, request, finishUpdate(request, ending)),
    complete: (request, owner, ending) => asOwner(write, request, owner, completeUpdate(request, ending)),
    release: (request, owner, retries, error) =>
      asOwner(write, request, owner, releaseUpdate(request, retries, error)),
    settle: async (request) => void (await write(request.id, settleUpdate(request), SAME_GENERATION)),
    read: (ids) => read(call, tableName, ids),
  };
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

/** What an update sets, takes away, and needs for it. */
interface Update {
  readonly set: readonly string[];
  readonly remove: readonly string[];
  readonly values: Values;
}

type Written =
  | { readonly kind: 'written'; readonly item: Item }
  | { readonly kind: 'refused'; readonly item: Item };
type Write = (id: string, update: Update, condition: string) => Promise<Written>;

/** A run may be taken when it is new, of an older generation, or waits and no one else holds it. */
const FREE_STATES = '#state IN (:pending, :retry) OR (#state = :started AND #leaseUntil < :now)';

function takeCondition(request: ClaimRequest): string {
  const mine = request.retries === undefined ? '' : ' AND #retries <= :retries';
  return (
    'attribute_not_exists(#pk) OR #generation < :generation OR (#generation = :generation AND ' +
    `(${FREE_STATES})${mine})`
  );
}

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
  return {
    set: [
      '#id = :id, #task = :task, #queue = :queue, #sentAt = :sentAt, #taskShard = :taskShard, ' +
        '#generation = :generation',
      '#expiresAt = :expiresAt',
    ],
    values: {
      ...takeValues(request),
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
    remove: ['#endedAt', '#reason', '#result'],
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
  const optional = (['result', 'reason'] as const).filter((name) => ending[name] !== undefined);
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
  write: Write,
  request: ClaimRequest,
  update: Update,
  claimant?: string,
): Promise<ClaimOutcome> {
  const written = await write(request.id, update, takeCondition(request));
  const { record, starts, ends, leaseUntil, owner } = fromItem(written.item);
  // A claim that was refused by itself: its first answer was lost, and the call was made again.
  const mine = claimant !== undefined && owner === claimant && record.state === 'STARTED';
  if (written.kind === 'written' || mine)
    return { kind: 'claimed', retries: record.retries, crashes: Math.max(0, starts - ends - 1) };
  if (record.generation > request.generation) return { kind: 'superseded' };
  if (record.state === 'SUCCESS' || record.state === 'FAILURE' || record.state === 'REVOKED')
    return { kind: 'finished', record };
  if (request.retries !== undefined && record.retries > request.retries) return { kind: 'superseded' };
  return { kind: 'held', untilMs: leaseUntil };
}

async function asOwner(write: Write, request: ClaimRequest, owner: string, update: Update): Promise<boolean> {
  const owned = { ...update, values: { ...update.values, ':owner': { S: owner } } };
  return (await write(request.id, owned, '#owner = :owner')).kind === 'written';
}

function createWrite(call: Call, tableName: string): Write {
  return async (id, update, condition) => {
    const remove = update.remove.length > 0 ? ` REMOVE ${update.remove.join(', ')}` : '';
    const expression = `SET ${update.set.join(', ')}${remove}`;
    const words = wordsOf(`${expression} ${condition}`);
    try {
      const answer = await call('dynamodb', 'UpdateItem', {
        TableName: tableName,
        Key: toKey(id),
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeNames: words.names,
        ExpressionAttributeValues: Object.fromEntries(
          words.values.map((name) => [name, given(update.values, name)]),
        ),
        // What was updated is what the caller looks at; the rest of the item, a result perhaps, stays where
        // it is.
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { kind: 'written', item: answer.Attributes ?? {} };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return { kind: 'refused', item: error.Item ?? {} };
    }
  };
}

interface Words {
  readonly names: Record<string, string>;
  readonly values: readonly string[];
}

/**
 * The expressions of this file are few and their texts do not depend on data, so each is looked through once.
 */
const WORDS = new Map<string, Words>();

/** The names and values that an expression uses; DynamoDB refuses any that it does not. */
function wordsOf(expression: string): Words {
  const known = WORDS.get(expression);
  if (known !== undefined) return known;
  const names = expression.match(/#[A-Za-z]+/g) ?? [];
  const words = {
    // Attributes go by a name of their own throughout, since several (state, result, error, owner) are
    // DynamoDB's words.
    names: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
    values: [...new Set(expression.match(/:[A-Za-z]+/g) ?? [])],
  };
  WORDS.set(expression, words);
  return words;
}

function given(values: Values, name: string): AttributeValue {
  const value = values[name];
  if (value === undefined)
    throw new CeleriacError('MISSING_VALUE', `an expression on runs uses ${name}, which it was not given`);
  return value;
}

function isConditionFailure(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

async function read(
  call: Call,
  tableName: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RunRecord>> {
  const records = new Map<string, RunRecord>();
  let keys = [...new Set(ids)].map(toKey);
  for (let reads = 0; keys.length > 0 && reads < READS_MAX; reads++) {
    const request = { RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } } };
    const answer = await call('dynamodb', 'BatchGetItem', request);
    for (const item of answer.Responses?.[tableName] ?? []) {
      const { record } = fromItem(item);
      records.set(record.id, record);
    }
    keys = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []).map((key) =>
      toKey(key.pk?.S?.slice('run#'.length) ?? ''),
    );
  }
  return records;
}

/**
 * What a run's record says while its message waits: for what and until when, which the dashboard shows, and
 * which copy of the message is the newest. A message that waits goes on as a copy, and one that comes twice
 * would be two copies for as long as it waits, each of which may come twice in its turn. So a copy that finds
 * a newer one noted is dropped.
 *
 * Nothing is lost by that: a note is made by a message that is there, before it sends its copy. Whoever died
 * in between comes back under the id that stands in the note, and then sends it. What was sent after the note
 * comes from elsewhere, since a copy of its own line would be newer: from SQS's redrive, which gives new ids,
 * or by hand, when the queue was purged. It is the newest then; a copy that is there after all takes over.
 */
import { DEFERRED_MS_MAX, RECORD_MS } from '../core/limits.ts';
import { isFinal } from '../core/task-state.ts';
import type { ClaimRequest, RunRecord, WaitNote, WaitOutcome } from '../runtime/ports.ts';
import { FINAL, FINAL_VALUES } from './run-control.ts';
import { fromItem, type Item, type Key, toKey, type Values } from './run-item.ts';
import { stateShard, taskShard } from './run-shard.ts';
import type { Update, Updates } from './updates.ts';

/** Notes that the message waits; `whole` gives a record all that it keeps elsewhere. */
export async function noteWait(
  updates: Updates,
  request: ClaimRequest,
  note: WaitNote,
  whole: (item: Item) => Promise<RunRecord>,
): Promise<WaitOutcome> {
  const condition = `(${isUnder(request)}) AND (${NEWEST})`;
  const { kind, item } = await updates(toKey(request.id), waitUpdate(request, note), condition);
  const { record, starts, ends } = fromItem(item);
  if (kind === 'written') return { kind: 'waits', crashes: starts - ends };
  if (record.generation === request.generation && isFinal(record.state) && !isBeyond(request, record))
    return { kind: 'finished', record: await whole(item) };
  return { kind: 'superseded' };
}

/**
 * Notes that a copy of a message waits that has no record to note it in, or whose run is over while what
 * follows from its end is out of reach; false: a newer copy of it waits already.
 */
export async function noteCopy(updates: Updates, request: ClaimRequest, note: WaitNote): Promise<boolean> {
  const update = {
    set: [NOTED, '#expiresAt = :expiresAt'],
    values: { ...noteValues(request, note), ':expiresAt': toSeconds(note.until + DEFERRED_MS_MAX) },
  };
  return (await updates(toCopyKey(request.id), update, NEWEST)).kind === 'written';
}

function toCopyKey(id: string): Key {
  return { pk: { S: `run#${id}` }, sk: { S: 'copy' } };
}

function isBeyond({ retries }: ClaimRequest, record: RunRecord): boolean {
  return retries !== undefined && record.retries > retries;
}

/** The run is neither over nor beyond this message's attempt. */
function isUnder({ retries }: ClaimRequest): string {
  const mine = retries === undefined ? '' : ' AND #retries <= :retries';
  return (
    'attribute_not_exists(#pk) OR #generation < :generation OR ' +
    `(#generation = :generation AND NOT (${FINAL})${mine})`
  );
}

/** No newer copy is noted, or one that cannot be counted on. */
const NEWEST =
  'attribute_not_exists(#waitTurn) OR #waitTurn < :waitTurn OR #waitUntil < :lost OR #waitAt < :sent OR ' +
  '(#waitTurn = :waitTurn AND (#waitHop < :waitHop OR (#waitHop = :waitHop AND #waitBy = :waitBy)))';

const NOTED =
  '#waitTurn = :waitTurn, #waitHop = :waitHop, #waitBy = :waitBy, #waitUntil = :waitUntil, #waitAt = :waitAt';

/** What is noted, and what is asked of the note before. */
function noteValues({ generation, retries, now }: ClaimRequest, note: WaitNote): Values {
  return {
    // On an ordered queue a message has no attempt of its own, and is none too old.
    ':waitTurn': { N: String(generation * GENERATION + (retries ?? GENERATION - 1)) },
    ':waitHop': { N: String(note.hop) },
    ':waitBy': { S: note.by },
    ':waitUntil': { N: String(note.until) },
    ':waitAt': { N: String(now) },
    ':lost': { N: String(now - WAIT_LOST_MS) },
    ':sent': { N: String((note.sentAt ?? 0) - SKEW_MS) },
  };
}

function toSeconds(ms: number): { readonly N: string } {
  return { N: String(Math.ceil(ms / 1_000)) };
}

function waitUpdate(request: ClaimRequest, note: WaitNote): Update {
  const { id, task, queue, generation, retries, sentAt, now } = request;
  const { wait } = note;
  // What an older generation left in the record stays until the claim.
  const kept = ['id', 'task', 'queue', 'sentAt', 'taskShard', 'generation', 'state', 'stateShard', 'retries'];
  return {
    set: [
      ...kept.map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
      '#starts = if_not_exists(#starts, :zero), #ends = if_not_exists(#ends, :zero)',
      NOTED,
      '#expiresAt = :expiresAt',
      ...(wait === undefined ? [] : ['#wait = :wait']),
    ],
    values: {
      ...FINAL_VALUES,
      ':id': { S: id },
      ':task': { S: task },
      ':queue': { S: queue },
      ':sentAt': { N: String(sentAt) },
      ':taskShard': { S: taskShard(task, id) },
      ':generation': { N: String(generation) },
      ':state': { S: 'PENDING' },
      ':stateShard': { S: stateShard('PENDING', id) },
      ':retries': { N: String(retries ?? 0) },
      ':zero': { N: '0' },
      ...noteValues(request, note),
      ':expiresAt': toSeconds(now + RECORD_MS),
      ...(wait === undefined ? {} : { ':wait': { S: JSON.stringify(wait) } }),
    },
  };
}

/** A copy that has not come so long after its time is not counted on: its queue may have been purged. */
const WAIT_LOST_MS = 3_600_000;
/** Clocks of SQS and of workers differ by less. */
const SKEW_MS = 10_000;
/** More than a generation has attempts. */
const GENERATION = 1_000_000;

/**
 * Whether the client of a reply queue still lives. It says so at the queue itself, in a tag, and not in a
 * DynamoDB item: an app whose tasks keep no records has no table, whoever calls needs no right to write to
 * one, and a queue that is deleted takes its heartbeat along, so the two cannot disagree. TagQueue costs as
 * much as any SQS request, and it is called every few minutes and only while calls wait. No timer beats: a
 * client that waits for nothing makes no calls, and does not keep its process alive. After half an hour
 * without a beat it therefore takes a new queue instead of its old one, which a sweep may be about to remove.
 */

/** How far apart the beats of a client are while its calls wait. */
export const BEAT_MS = 300_000;
/** A queue without a beat for so long is not used again by its own client: half of ABANDONED_AFTER_MS. */
export const RENEW_AFTER_MS = 1_800_000;
/** A queue without a beat for so long has lost its client. */
export const ABANDONED_AFTER_MS = 3_600_000;

/** A reply queue, and when its client last said that it lives; undefined: it never did. */
export interface Beaten {
  readonly queueName: string;
  readonly beatAt: number | undefined;
}

/**
 * The queues whose clients have not beaten for `afterMs`. One that never had a beat was made by somebody
 * else, who may still want it.
 */
export function abandoned(
  queues: readonly Beaten[],
  now: number,
  afterMs = ABANDONED_AFTER_MS,
): readonly string[] {
  return queues
    .filter(({ beatAt }) => beatAt !== undefined && now - beatAt >= afterMs)
    .map(({ queueName }) => queueName);
}

/** Messages that are received to be looked at, or to be sent elsewhere, and are given back. */
import { BATCH_ENTRIES_MAX } from '../../core/limits.ts';
import type { LookedAt, Taken } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';

/** How long messages that are looked at are away, should the desk die before it gives them back. */
const LOOK_SECONDS = 30;

/**
 * Up to so many messages, which stay where they are. Beside an emulator nothing needs to be received. On an
 * ordered queue at most the first ten of a group are found: the others wait behind those.
 */
export async function lookAt(
  context: DeskContext,
  queueName: string,
  max: number,
): Promise<readonly LookedAt[]> {
  const { see } = context.ports;
  if (see !== undefined)
    return see(queueName)
      .filter(({ state }) => state !== 'inFlight')
      .slice(0, max);
  const taken: Taken[] = [];
  try {
    for await (const batch of takeBatches(context, queueName, LOOK_SECONDS)) {
      taken.push(...batch);
      if (taken.length >= max) break;
    }
  } finally {
    await giveBack(context, queueName, taken);
  }
  return taken.slice(0, max);
}

/**
 * Messages by tens, each once, until there are as many as the queue is said to have. An answer may be empty
 * although there are more (SQS), and a count late; two empty answers in a row are believed.
 */
export async function* takeBatches(
  { ports: { admin } }: DeskContext,
  queueName: string,
  hiddenSeconds: number,
): AsyncGenerator<readonly Taken[]> {
  const { ready } = await admin.depth(queueName);
  const seen = new Set<string>();
  for (let empty = 0; seen.size < ready && empty < 2; ) {
    const batch = await admin.take(queueName, hiddenSeconds);
    const fresh = batch.filter(({ messageId }) => !seen.has(messageId));
    empty = fresh.length === 0 ? empty + 1 : 0;
    for (const { messageId } of fresh) seen.add(messageId);
    if (fresh.length > 0) yield fresh;
  }
}

/** Lets others have them at once. */
export async function giveBack(
  { ports: { queues } }: DeskContext,
  queueName: string,
  taken: readonly Taken[],
): Promise<void> {
  for (let at = 0; at < taken.length; at += BATCH_ENTRIES_MAX) {
    const receipts = taken.slice(at, at + BATCH_ENTRIES_MAX).map(({ receipt }) => receipt);
    await queues.hide(queueName, receipts, 0);
  }
}

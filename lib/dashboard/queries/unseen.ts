/**
 * Why a run waits of which AWS shows nothing: there is no record before its first attempt, and no timer. What
 * can be said follows from its id, which holds the time, from the queues' counts, and from who works them.
 */
import { sentAtOf } from '../../core/id.ts';
import { DELAY_MS_MAX } from '../../core/limits.ts';
import { type DeskContext, found, queuesOf } from '../context.ts';
import type { Waiting } from '../row.ts';
import { blockedBy, timeOf } from './waiting-message.ts';

/** So many queues are named in one sentence. */
const NAMED_MAX = 3;

/** @throws CeleriacError NOT_FOUND for an id that is not this app's */
export async function unseen(context: DeskContext, id: string): Promise<Waiting | undefined> {
  const space = { app: context.app.name, stage: context.stage };
  const sentAt = found(sentAtOf(space, id), 'run', id);
  if (context.ports.see !== undefined) return undefined;
  const queues = queuesOf(context).filter(({ kind }) => kind === 'queue');
  const [depths, blocked] = await Promise.all([
    Promise.all(queues.map(({ queueName }) => context.ports.admin.depth(queueName))),
    Promise.all(queues.map((named) => blockedBy(context, named))),
  ]);
  const begun = `it was sent at ${timeOf(sentAt)} and has not begun, or keeps no record`;
  const total = depths.reduce((sum, { ready, inFlight, delayed }) => sum + ready + inFlight + delayed, 0);
  if (total === 0) {
    const sentence = `${begun}; the app's queues are empty, so it has ended, or its message was purged`;
    return { kind: 'queued', sentence };
  }
  const still = blocked.flatMap((waiting) => waiting ?? []);
  const delayed = depths.reduce((sum, depth) => sum + depth.delayed, 0);
  const latest = sentAt + DELAY_MS_MAX;
  const mayBeDelayed = delayed > 0 && context.ports.clock.now() < latest;
  const said = [
    begun,
    mayBeDelayed
      ? `it may be one of ${delayed} delayed messages, which SQS does not show, until ${timeOf(latest)}`
      : 'it is not delayed, and waits for a worker or behind others of its group',
    ...still.slice(0, NAMED_MAX).map(({ sentence }) => sentence),
  ].join('; ');
  const [first] = still;
  // Whichever queue it is in, the same holds.
  const all = first !== undefined && still.length === queues.length && !mayBeDelayed;
  if (!all) return { kind: 'queued', sentence: said };
  return { kind: first.kind, sentence: said, ...(queues.length === 1 ? { by: first.by ?? '' } : {}) };
}

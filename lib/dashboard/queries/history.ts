/** How deep the queues were over the last hour, how old their messages, and how many came and went. */
import { type DeskContext, queuesOf } from '../context.ts';
import type { QueueHistory } from '../history.ts';
import { remembered } from './remembered.ts';

const STEP_MS = 60_000;

export function readHistory(context: DeskContext): Promise<QueueHistory> {
  // CloudWatch learns by the minute, and asks money for each look.
  return remembered(context, 'history', STEP_MS, () => read(context));
}

async function read(context: DeskContext): Promise<QueueHistory> {
  // What lies in a dead-letter queue waits for nobody, so it is not drawn.
  const queues = queuesOf(context).filter(({ kind }) => kind === 'queue');
  const points = await context.ports.gauges.history?.(queues.map(({ queueName }) => queueName));
  const known = points === undefined ? [] : queues;
  return {
    stepMs: STEP_MS,
    queues: known.map(({ name, queueName }) => ({ name, points: points?.get(queueName) ?? [] })),
  };
}

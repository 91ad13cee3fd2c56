/**
 * Where the message of a run is, without receiving it: beside an emulator in any queue; on AWS in its timer,
 * where it waits longer than SQS delays it. SQS shows nobody a message that is delayed, hidden or behind
 * others, and one that is ready only by a receive, which counts.
 */
import { type Message, parseMessage } from '../../core/message.ts';
import { isFinal } from '../../core/task-state.ts';
import { stepTimer } from '../../core/workflow/place.ts';
import type { RunDetails, Seen } from '../../runtime/desk-ports.ts';
import { type DeskContext, type NamedQueue, queuesOf } from '../context.ts';

export interface Located {
  readonly named: NamedQueue;
  readonly seen: Seen;
  readonly message: Message;
}

/** undefined where nobody can look, or it is in none. */
export async function locate(
  context: DeskContext,
  id: string,
  record: RunDetails | undefined,
): Promise<Located | undefined> {
  const { see } = context.ports;
  if (see === undefined) return inTimer(context, id, record);
  const ended = record !== undefined && isFinal(record.state);
  for (const named of queuesOf(context)) {
    if (ended !== (named.kind === 'dead-letter')) continue;
    for (const seen of see(named.queueName)) {
      // Reading an envelope is dear, and nearly none is the one.
      if (!seen.body.includes(id) && seen.messageId !== id) continue;
      const parsed = parseMessage(seen.body);
      if (parsed.kind !== 'message') continue;
      if (parsed.message.id === id || seen.messageId === id) return { named, seen, message: parsed.message };
    }
  }
  return inTimer(context, id, record);
}

/** Only of a run that has not begun, or waits for its next attempt, a message can be there. */
async function inTimer(
  context: DeskContext,
  id: string,
  record: RunDetails | undefined,
): Promise<Located | undefined> {
  const { timed } = context.ports;
  if (timed === undefined) return undefined;
  let found: Awaited<ReturnType<typeof timed.find>>;
  for (const name of timersOf(id, record)) found ??= await timed.find(name);
  const named = queuesOf(context).find(({ queueName }) => queueName === found?.queueName);
  const parsed = found === undefined ? undefined : parseMessage(found.body);
  if (found === undefined || named === undefined || parsed?.kind !== 'message') return undefined;
  const { body, dueAt, group } = found;
  const { sentAt } = parsed.message;
  return {
    named,
    message: parsed.message,
    seen: {
      ...{ messageId: id, body, sentAt, receives: 0, state: 'delayed', availableAt: dueAt },
      ...(group === undefined ? {} : { group }),
    },
  };
}

/**
 * A first send waits under the run's id, in a workflow under another name, the copy for a further attempt
 * under its own (runtime/compose.ts, deduplicationOf); one that was put off besides has another name, and is
 * not found.
 */
function timersOf(id: string, record: RunDetails | undefined): readonly string[] {
  if (record === undefined || (record.state === 'PENDING' && record.generation === 0))
    return [id, stepTimer(id)];
  return record.state === 'RETRY' ? [`${id}-${record.generation}-${record.retries}-0`] : [];
}

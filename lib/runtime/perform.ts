/** What a fire does: the message of a task under the fire's id, or a publish under it. */

import type { IdSpace } from '../core/id.ts';
import { GROUP_LENGTH_MAX } from '../core/limits.ts';
import { encodeMessage, type Message } from '../core/message.ts';
import type { ScheduledCall } from '../core/schedule/spec.ts';
import type { App } from '../define/app.ts';
import type { Sender } from '../define/client.ts';
import { toPublishOptions } from '../define/publication.ts';
import { queueName } from '../define/resource-name.ts';
import { type ErrorCode, SendError } from '../errors.ts';
import type { Outbox } from './outbox.ts';

/** One run that a schedule asks for. */
export interface FireRun {
  readonly schedule: string;
  /** The fire's id, or one of its own for a run by hand. */
  readonly id: string;
  readonly scheduledAt: number;
  readonly dueAt: number;
}

/** A run that was handed over; `ended` is there where whoever performs it knows when it ends. */
export interface Performed {
  readonly ended?: Promise<void>;
}

/** Performs the call of a schedule; the same run may be asked for several times. */
export type Perform = (call: ScheduledCall, run: FireRun) => Promise<Performed>;

export interface PerformPorts {
  readonly outbox: Pick<Outbox, 'send' | 'flush'>;
  readonly publish: Sender['publish'];
}

/** Performs calls by sending. */
export function createPerform(app: App, space: IdSpace, { outbox, publish }: PerformPorts): Perform {
  return async (call, run) => {
    if (call.kind === 'publish') {
      await publishCall(app, publish, call, run);
      return {};
    }
    const task = app.tasks.find(({ name }) => name === call.task);
    if (task === undefined) throw unknown('UNKNOWN_TASK', run, `task '${call.task}'`);
    const ordered = task.queue.ordered;
    // The queue's function takes the input of its tasks, which only the user's own types know.
    const group = ordered ? (call.group ?? task.queue.groupBy?.(call.input as never) ?? 'all') : undefined;
    if (group !== undefined && (group.length > GROUP_LENGTH_MAX || group === ''))
      throw new SendError('INVALID_GROUP', `schedule '${run.schedule}': the group '${group}' is none`);
    const body = encodeMessage(toMessage(call, run, group));
    if (body === undefined)
      throw new SendError('MESSAGE_TOO_LARGE', `schedule '${run.schedule}': its message is too large`);
    await outbox.send(queueName(space.app, space.stage, task.queue), {
      body,
      // As for every other message: id, generation, attempt and deferrals.
      ...(group === undefined ? {} : { group, deduplication: `${run.id}-0-0-0` }),
    });
    return {};
  };
}

/** The message of a fire; it may be sent again under its id, so it is always claimed. */
export function toMessage(
  call: ScheduledCall & { kind: 'send' },
  run: FireRun,
  group: string | undefined,
): Message {
  return {
    id: run.id,
    task: call.task,
    ...(call.input === undefined ? {} : { input: call.input }),
    generation: 0,
    attempt: 0,
    deferrals: 0,
    crashes: 0,
    hops: 0,
    // All of it follows from the fire: a second message is the same as the first.
    sentAt: run.scheduledAt,
    ...(call.expiresMs === undefined ? {} : { expiresAt: run.dueAt + call.expiresMs }),
    claim: true,
    ...(group === undefined ? {} : { group }),
    ...(call.timeLimit === undefined ? {} : { timeLimit: call.timeLimit }),
    headers: call.headers ?? {},
    history: [],
  };
}

async function publishCall(
  app: App,
  publish: Sender['publish'],
  call: ScheduledCall & { kind: 'publish' },
  run: FireRun,
): Promise<void> {
  const options = { ...toPublishOptions(call.options), messageId: run.id };
  if (call.exchange === '') {
    const queue = app.queues.find(({ name }) => name === call.key);
    if (queue === undefined) throw unknown('UNKNOWN_QUEUE', run, `queue '${call.key}'`);
    await publish(queue, call.message, options);
    return;
  }
  const exchange = app.exchanges.find(({ name }) => name === call.exchange);
  if (exchange === undefined) throw unknown('UNKNOWN_EXCHANGE', run, `exchange '${call.exchange}'`);
  // The types were checked where the publish was described; the publisher checks the exchange's schemas.
  await publish(exchange, exchange.key(call.key), call.message as never, options);
}

function unknown(code: ErrorCode, { schedule }: FireRun, what: string): SendError {
  return new SendError(code, `schedule '${schedule}' needs ${what}, which the app does not have; add it`);
}

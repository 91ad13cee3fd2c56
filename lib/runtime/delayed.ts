/**
 * Messages that must wait longer, or elsewhere, than SQS delays: beyond 15 minutes, on ordered queues, and
 * published ones. They go through the queue of `later`, and for what is beyond its 15 minutes through a
 * one-shot timer.
 *
 * Only `later` makes such timers: a sender that made its own would need a second service, a role to pass and
 * their client in its bundle, where a message more does. What is too large for a timer (a quarter of what SQS
 * takes) waits in the queue of `later`, 15 minutes at a time: to refuse it would save a few requests.
 */
import { BATCH_BYTES_MAX, DELAY_MS_MAX, TIMER_INPUT_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { planWait } from '../core/schedule/delay.ts';
import { encodeLater, type WaitingMessage } from '../core/schedule/fire.ts';
import { SendError } from '../errors.ts';
import type { Outbox } from './outbox.ts';
import type { Clock } from './ports.ts';
import type { Timers } from './schedule-ports.ts';

export interface DelayPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly outbox: Pick<Outbox, 'send'>;
  /** The name of the queue of `later`. */
  readonly laterQueueName: string;
  /** undefined for everybody but `later` itself, to which everybody else hands what waits long. */
  readonly timers: Pick<Timers, 'once'> | undefined;
}

/**
 * Puts a message where it waits for its time; the same message put again waits once.
 * @param id names its timer.
 * @throws SendError MESSAGE_TOO_LARGE where SQS takes no message of this size.
 */
export async function wait(
  { clock, outbox, laterQueueName, timers }: DelayPorts,
  id: string,
  dueAt: number,
  message: WaitingMessage,
): Promise<void> {
  const plan = planWait(dueAt, clock.now());
  const body = encodeLater(message);
  if (!fitsLater(body)) {
    const text =
      `a message that waits in an envelope of its own may have ${BATCH_BYTES_MAX / 1024} KiB with it (SQS), ` +
      `this one has ${sizeBytes(body)} bytes; send a reference to the data instead`;
    throw new SendError('MESSAGE_TOO_LARGE', text, { allowed: BATCH_BYTES_MAX });
  }
  switch (plan.kind) {
    case 'due':
      return outbox.send(laterQueueName, { body });
    case 'queue':
      return outbox.send(laterQueueName, { body, delaySeconds: plan.delaySeconds });
    case 'timer':
      if (timers === undefined) return outbox.send(laterQueueName, { body });
      if (sizeBytes(body) > TIMER_INPUT_BYTES_MAX)
        return outbox.send(laterQueueName, { body, delaySeconds: DELAY_MS_MAX / 1_000 });
      return timers.once(id, plan.at, body);
  }
}

/** Whether the queue of `later` takes a body. */
export function fitsLater(body: string): boolean {
  return sizeBytes(body) <= BATCH_BYTES_MAX;
}

/**
 * Messages that must wait longer, or elsewhere, than SQS delays: beyond 15 minutes, and on ordered
 * queues. They go through the queue of `later`, and for what is beyond its 15 minutes through a one-shot
 * timer.
 */
import { fromMilliseconds } from '../core/duration.ts';
import { TIMER_INPUT_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { planWait } from '../core/schedule/delay.ts';
import { encodeLater, type LaterMessage } from '../core/schedule/fire.ts';
import { SendError } from '../errors.ts';
import type { Outbox } from './outbox.ts';
import type { Clock } from './ports.ts';
import type { Timers } from './schedule-ports.ts';

export interface DelayPorts {
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'send' | 'flush'>;
  /** The name of the queue of `later`. */
  readonly laterQueueName: string;
  /** undefined where nothing waits longer than 15 minutes. */
  readonly timers: Timers | undefined;
}

/**
 * Puts a message where it waits for its time; the same message put again waits once.
 * @param id names its timer.
 * @throws SendError MESSAGE_TOO_LARGE where it must pass EventBridge Scheduler, DELAY_TOO_LONG without
 * timers.
 */
export async function wait(
  ports: DelayPorts,
  id: string,
  dueAt: number,
  message: LaterMessage,
): Promise<void> {
  const plan = planWait(dueAt, ports.clock.now());
  const body = encodeLater(message);
  switch (plan.kind) {
    case 'due':
      return ports.outbox.send(ports.laterQueueName, { body });
    case 'queue':
      return ports.outbox.send(ports.laterQueueName, { body, delaySeconds: plan.delaySeconds });
    case 'timer': {
      if (ports.timers === undefined) {
        const delay = fromMilliseconds(dueAt - ports.clock.now());
        throw new SendError('DELAY_TOO_LONG', `a delay of ${delay} needs timers, which this app has none of`);
      }
      if (sizeBytes(body) > TIMER_INPUT_BYTES_MAX) {
        const text =
          `a message that waits longer than 15 minutes passes EventBridge Scheduler and may have ` +
          `${TIMER_INPUT_BYTES_MAX / 1024} KiB, this one has ${sizeBytes(body)} bytes; send a reference`;
        throw new SendError('MESSAGE_TOO_LARGE', text, { allowed: TIMER_INPUT_BYTES_MAX });
      }
      return ports.timers.once(id, plan.at, body);
    }
  }
}

/** The children of a scheduler's pool, and one run in one of them. */
import { encodeMessage, type Message } from '../core/message.ts';
import { LAST_TIME, NO_DELIVERY } from '../runtime/inline-run.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { Batch } from '../runtime/worker.ts';
import { createHardLimit } from './hard-limit.ts';
import type { FromChild } from './pool-protocol.ts';
import { createSeat, type Seat, type SeatOptions } from './seat.ts';

/** How it went with a run in a child; `attempt` is the one in which it ended. */
export type Ended =
  | { readonly kind: 'ended' }
  /** The child was ended for the hard time limit. */
  | { readonly kind: 'late'; readonly attempt: number; readonly hardMs: number }
  | { readonly kind: 'died'; readonly attempt: number; readonly error: unknown }
  /** There was no child. */
  | { readonly kind: 'not-begun'; readonly error: unknown };

/** The children that runs of schedules share, one run in each at a time. */
export interface ScheduleChildren {
  /** Runs a message in a child that has nothing to do, from the attempt on that it says. Never rejects. */
  run(message: Message): Promise<Ended>;
  /** Tells what runs to stop, and begins nothing more. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Children, made when they are needed. */
export function createScheduleChildren(
  ports: { readonly clock: Clock; readonly log: Log },
  options: SeatOptions,
): ScheduleChildren {
  const all = new Set<Seat>();
  const idle: Seat[] = [];
  let isStopping = false;

  function retire(seat: Seat): void {
    all.delete(seat);
    seat.kill();
    void seat.close();
  }

  async function runIn(seat: Seat, message: Message): Promise<Ended> {
    const limit = createHardLimit(ports, () => seat.kill());
    let attempt: number | undefined;
    const hear = (said: FromChild): void => {
      if (said.kind === 'begun') attempt ??= message.attempt + 1;
      if (said.kind === 'runs') ({ attempt } = said.run);
      limit.hear(said);
    };
    try {
      await seat.run(toBatch(message), hear);
      // A handler that was left behind ends with its child.
      if (limit.isLeft()) retire(seat);
      else idle.push(seat);
      return { kind: 'ended' };
    } catch (error) {
      retire(seat);
      const late = limit.late();
      if (late !== undefined) return { kind: 'late', attempt: late.attempt, hardMs: late.hardMs };
      return attempt === undefined ? { kind: 'not-begun', error } : { kind: 'died', attempt, error };
    } finally {
      limit.stop();
    }
  }

  return {
    async run(message) {
      try {
        const seat = idle.pop() ?? (await createSeat(options));
        all.add(seat);
        return isStopping ? { kind: 'ended' } : await runIn(seat, message);
      } catch (error) {
        return { kind: 'not-begun', error };
      }
    },
    interrupt: () => {
      isStopping = true;
      for (const seat of all) seat.interrupt();
    },
    close: async () => {
      await Promise.all([...all].map((seat) => seat.close()));
    },
  };
}

/** What a child is given: one message, which came from no queue. */
function toBatch(message: Message): Batch {
  // Nothing but SQS limits its size.
  const body = encodeMessage(message, Number.POSITIVE_INFINITY) ?? '';
  const delivery = { ...NO_DELIVERY, body, messageId: message.id, firstReceivedAt: message.sentAt };
  return { queueName: '', deliveries: [delivery], deadline: LAST_TIME };
}

/** A worker for polling, which may have messages that it will not start; no function of Lambda has. */
import type { App } from '../define/app.ts';
import { createConnection } from './client.ts';
import { createCopies } from './copies.ts';
import { crashesOf, createDeliveries } from './delivery.ts';
import { BACK, type Delivery, type Lease } from './outcome.ts';
import { endOvertime, isOf, type LateRun } from './overtime.ts';
import type { Ports } from './ports.ts';
import { type Batch, createQueueOf, createWorker, hold, inTime, type Worker } from './worker.ts';

export interface MachineWorker extends Worker {
  /**
   * Hands deliveries back that will not be started here, as copies, so that it counts as no crash; on an
   * ordered queue they come back in their places. Resolves as `handle` does.
   */
  putOff(queueName: string, deliveries: readonly Delivery[]): Promise<readonly string[]>;
  /**
   * Whether a batch should have its process for itself: once more without an outcome is its end, and what
   * runs beside the one that kills the worker must not end with it.
   */
  isLastChance(queueName: string, deliveries: readonly Delivery[]): boolean;
  /**
   * Does with a batch what follows from the end of its run by the hard time limit. Resolves as `handle` does.
   */
  overtime(batch: Batch, late: LateRun): Promise<readonly string[]>;
}

/** How long handing back may take. */
const PUT_OFF_MS = 10_000;
/** How long what follows from the end of a run may take. */
const OVERTIME_MS = 60_000;

export function createMachineWorker(app: App, stage: string, ports: Ports): MachineWorker {
  const connection = createConnection(app, stage, ports);
  const queueOf = createQueueOf(app, stage);
  const toLease = (queueName: string, leftMs: number): Lease => {
    const { signal } = new AbortController();
    const deadline = ports.clock.now() + leftMs;
    const batch = { queueName, deadline };
    return { queue: queueOf(queueName), batch, signal, startBefore: deadline, leaveAt: deadline };
  };
  return {
    ...createWorker(app, stage, ports, connection),
    async putOff(name, members) {
      if (queueOf(name).ordered) {
        await hold(ports, name, members, 0);
        return members.map(({ messageId }) => messageId);
      }
      const lease = toLease(name, PUT_OFF_MS);
      const deliveries = createDeliveries(connection, lease);
      const outcomes = members.map((delivery) => deliveries.putOff(delivery, 0));
      const ended = await Promise.all(
        outcomes.map((work) => inTime(ports, lease.batch.deadline, work, BACK)),
      );
      return members.filter((_, place) => ended[place]?.kind !== 'done').map(({ messageId }) => messageId);
    },
    isLastChance(name, deliveries) {
      const last = Math.max(1, queueOf(name).deadLetterAfter - 1);
      return deliveries.some((delivery) => crashesOf(delivery) >= last);
    },
    async overtime({ queueName, deliveries, deadline }, late) {
      const lease = toLease(queueName, OVERTIME_MS);
      const step = { connection, lease, copies: createCopies(connection, lease.queue, queueName) };
      const place = deliveries.findIndex((delivery) => isOf(step, delivery, late));
      const delivery = deliveries[place];
      if (delivery === undefined) return deliveries.map(({ messageId }) => messageId);
      const work = endOvertime(step, delivery, late);
      const outcome = await inTime(ports, lease.batch.deadline, work, BACK);
      // Of a group everything before it is done, or it would not have begun.
      const left = deliveries.slice(outcome.kind === 'done' ? place + 1 : place);
      // SQS hides nothing beyond the 12 h in which the deadline lies.
      const longest = Math.floor((deadline - ports.clock.now()) / 1_000);
      if (left.length > 0 && outcome.kind !== 'back')
        await hold(ports, queueName, left, outcome.kind === 'hold' ? Math.min(outcome.seconds, longest) : 0);
      return left.map(({ messageId }) => messageId);
    },
  };
}

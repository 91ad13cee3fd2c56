/** A worker for polling, which may have messages that it will not start; no function of Lambda has. */
import type { App } from '../define/app.ts';
import { createConnection } from './client.ts';
import { crashesOf, createDeliveries } from './delivery.ts';
import { BACK, type Delivery } from './outcome.ts';
import type { Ports } from './ports.ts';
import { createQueueOf, createWorker, hold, inTime, type Worker } from './worker.ts';

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
}

/** How long handing back may take. */
const PUT_OFF_MS = 10_000;

export function createMachineWorker(app: App, stage: string, ports: Ports): MachineWorker {
  const connection = createConnection(app, stage, ports);
  const queueOf = createQueueOf(app, stage);
  return {
    ...createWorker(app, stage, ports, connection),
    async putOff(name, members) {
      const queue = queueOf(name);
      if (queue.ordered) {
        await hold(ports, name, members, 0);
        return members.map(({ messageId }) => messageId);
      }
      const { signal } = new AbortController();
      const deadline = ports.clock.now() + PUT_OFF_MS;
      const batch = { queueName: name, deadline };
      const lease = { queue, batch, signal, startBefore: deadline, leaveAt: deadline };
      const deliveries = createDeliveries(connection, lease);
      const outcomes = members.map((delivery) => deliveries.putOff(delivery, 0));
      const ended = await Promise.all(outcomes.map((work) => inTime(ports, deadline, work, BACK)));
      return members.filter((_, place) => ended[place]?.kind !== 'done').map(({ messageId }) => messageId);
    },
    isLastChance(name, deliveries) {
      const last = Math.max(1, queueOf(name).deadLetterAfter - 1);
      return deliveries.some((delivery) => crashesOf(delivery) >= last);
    },
  };
}

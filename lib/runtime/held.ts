/**
 * What a polling worker holds: deliveries that run or wait for a slot. They stay hidden for as long as they
 * are held, by a heartbeat that hides them anew, so a task may run longer than its queue's visibility.
 */
import { BATCH_ENTRIES_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { Delivery } from './outcome.ts';
import type { Clock, Log, Queues } from './ports.ts';

export interface Held {
  readonly count: number;
  add(deliveries: readonly Delivery[]): void;
  /** Lets go of a delivery without a call: it was acked, or it comes back when its visibility ends. */
  drop(deliveries: readonly Delivery[]): void;
  /** Gives deliveries back to the queue now. */
  handBack(deliveries: readonly Delivery[]): Promise<void>;
  stop(): void;
}

/** A heartbeat comes three times within a visibility, so two may be lost. */
const BEATS = 3;

export function createHeld(
  ports: { readonly clock: Clock; readonly queues: Queues; readonly log: Log },
  queueName: string,
  visibilityMs: number,
): Held {
  const held = new Map<Delivery, number>();
  let cancel = ports.clock.alarm(visibilityMs / BEATS, beat);
  let stopped = false;

  function beat(): void {
    if (stopped) return;
    cancel = ports.clock.alarm(visibilityMs / BEATS, beat);
    const now = ports.clock.now();
    // SQS counts 12 h from the receive, and hides nobody's message longer.
    const left = [...held].filter(([, since]) => now - since + visibilityMs < VISIBILITY_MS_MAX);
    void hide(
      left.map(([delivery]) => delivery),
      visibilityMs / 1_000,
    );
  }

  async function hide(deliveries: readonly Delivery[], seconds: number): Promise<void> {
    const receipts = deliveries.map((delivery) => delivery.receipt);
    const told = { level: 'warn', message: 'deliveries could not be kept hidden', queue: queueName } as const;
    for (let start = 0; start < receipts.length; start += BATCH_ENTRIES_MAX) {
      try {
        const batch = receipts.slice(start, start + BATCH_ENTRIES_MAX);
        const failures = await ports.queues.hide(queueName, batch, Math.ceil(seconds));
        for (const { code, message } of failures) ports.log({ ...told, error: `${code}: ${message}` });
      } catch (error) {
        // The next beat tries again; without it they come back, and their claims decide.
        ports.log({ ...told, error: String(error) });
      }
    }
  }

  return {
    get count() {
      return held.size;
    },
    add(deliveries) {
      const now = ports.clock.now();
      for (const delivery of deliveries) held.set(delivery, now);
    },
    drop(deliveries) {
      for (const delivery of deliveries) held.delete(delivery);
    },
    async handBack(deliveries) {
      for (const delivery of deliveries) held.delete(delivery);
      await hide(deliveries, 0);
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/**
 * Slots in time. A message reserves one, waits for it outside the worker when it is far, and for the last
 * moments inside, so that it starts within the tolerance of its slot; one that comes too late reserves again.
 */
import { type FleetRate, fleetRate } from '../core/fleet-rate.ts';
import type { Message } from '../core/message.ts';
import type { Rate } from '../core/rate.ts';
import { secondsToSlot } from '../core/wait.ts';
import type { GatePorts } from './gate.ts';
import type { Waiting } from './gated.ts';

/** A slot that is near. */
export interface RateSlot {
  /** Resolves when it is time, or to the wait for another slot when this one was missed. */
  start(): Promise<Waiting | undefined>;
}

export interface Slots {
  /** The slot of a message, or its wait for it. */
  take(message: Message, key: string, rate: Rate, epoch: number): Promise<RateSlot | Waiting>;
}

/** So near a slot is waited for inside the worker: SQS delays whole seconds. */
const NEAR_MS = 2_500;

export function createSlots(ports: Pick<GatePorts, 'clock' | 'limits'>): Slots {
  const { clock } = ports;
  const reserve = createReservations(ports);
  return {
    async take(message, key, rate, epoch) {
      const fleet = fleetRate(rate);
      const name = `rate#${key}#${epoch}#${shardOf(message.id, fleet)}`;
      const before = message.wait?.for === 'rate' ? message.wait : undefined;
      const waiting = (at: number): Waiting => ({
        kind: 'wait',
        wait: { for: 'rate', at, count: (before?.count ?? 0) + 1, epoch },
        seconds: secondsToSlot(at, clock.now()),
      });
      // A slot of before a change of the limits is worth nothing any more.
      const holds = before?.epoch === epoch && clock.now() <= before.at + fleet.toleranceMs;
      let at = holds ? before.at : await reserve(name, fleet.spacingMs);
      if (at - clock.now() > NEAR_MS) return waiting(at);
      return {
        async start() {
          // Between the look at the clock and the run nothing else is waited for.
          for (;;) {
            const leftMs = at - clock.now();
            if (leftMs > NEAR_MS) return waiting(at);
            if (leftMs <= 0 && -leftMs <= fleet.toleranceMs) return undefined;
            if (leftMs > 0) await clock.sleep(leftMs);
            else at = await reserve(name, fleet.spacingMs);
          }
        },
      };
    },
  };
}

function shardOf(id: string, { shards }: FleetRate): number {
  let sum = 0;
  for (let index = 0; index < id.length; index++) sum += id.charCodeAt(index);
  return sum % shards;
}

/** Joins the reservations of one tick: a batch of ten makes one write. */
function createReservations({
  clock,
  limits,
}: Pick<GatePorts, 'clock' | 'limits'>): (key: string, spacingMs: number) => Promise<number> {
  const open = new Map<string, { count: number; readonly first: Promise<number> }>();
  return async (key, spacingMs) => {
    const batch = open.get(key) ?? { count: 0, first: begin(key, spacingMs) };
    open.set(key, batch);
    const place = batch.count++;
    return (await batch.first) + place * spacingMs;
  };

  async function begin(key: string, spacingMs: number): Promise<number> {
    // The others of the batch come within the same few steps.
    for (let steps = 0; steps < 10; steps++) await undefined;
    const count = open.get(key)?.count ?? 1;
    open.delete(key);
    return limits.reserve(key, spacingMs, count, clock.now());
  }
}

/**
 * Slots in time. There are two lines. In the first a message that has to wait learns when to come back; it is
 * a little denser than the rate, since not all come back in time, and some twice. In the second it gets its
 * slot, after its claim and only when that is near: whatever happens to a message before, no slot is lost by
 * it. For the last moments it waits inside the worker, so that it starts within the tolerance of its slot;
 * whoever is later than that needs another one.
 */
import { type FleetRate, fleetRate } from '../core/fleet-rate.ts';
import type { Message } from '../core/message.ts';
import type { Rate } from '../core/rate.ts';
import { secondsToSlot } from '../core/wait.ts';
import type { GatePorts } from './gate.ts';
import type { Waiting } from './gated.ts';

/** A slot that is to be had. */
export interface RateSlot {
  /** Resolves when it is time, or to the wait for a slot when none is near. */
  start(): Promise<Waiting | undefined>;
}

export interface Slots {
  /** The slot of a message, or its wait for it. */
  take(message: Message, key: string, rate: Rate, epoch: number): Promise<RateSlot | Waiting>;
}

type SlotPorts = Pick<GatePorts, 'clock' | 'limits' | 'chance'>;

/** So near a slot is waited for inside the worker: SQS delays whole seconds, and may be late by one. */
const NEAR_MS = 2_500;
/** How much denser the first line is. */
const DENSITY = 0.97;
/**
 * Over so many slots those are spread that have come in vain: who all asked for the next would all wait. They
 * come in time for one of them, since a slow rate has none to lose to whoever comes some time after it.
 */
const AGAIN_SLOTS = 20;
const AGAIN_MS_MAX = 30_000;
/** A slot is reserved so long ahead: the answer takes its time, and a slot that has begun may be too late. */
const AHEAD_MS = 25;

export function createSlots(ports: SlotPorts): Slots {
  const { clock, limits } = ports;
  const comeBack = createReservations(ports);
  return {
    async take(message, key, rate, epoch) {
      const fleet = fleetRate(rate);
      const line = `rate#${key}#${epoch}#${shardOf(message.id, fleet)}`;
      const before = message.wait?.for === 'rate' && message.wait.epoch === epoch ? message.wait : undefined;
      const count = (before?.count ?? 0) + 1;
      const waiting = (at: number): Waiting => ({
        kind: 'wait',
        wait: { for: 'rate', at, count, epoch },
        seconds: secondsToSlot(at, clock.now()),
      });
      const turn = before?.at ?? (await comeBack(`turn#${line}`, fleet.spacingMs * DENSITY));
      if (turn - clock.now() > NEAR_MS) return waiting(turn);
      const reserve = async (): Promise<number | Waiting> => {
        const now = clock.now() + AHEAD_MS;
        const at = await limits.reserve(line, fleet.spacingMs, now, now + NEAR_MS);
        if (at <= now + NEAR_MS) return at;
        // Its turn has come, and others were before it. At the next slot they would be again, since some come
        // at each; one a little later is as good as any.
        const slots = Math.min(AGAIN_SLOTS, Math.floor(AGAIN_MS_MAX / fleet.spacingMs));
        return waiting(at + Math.floor(ports.chance() * (slots + 1)) * fleet.spacingMs);
      };
      return createSlot(clock, fleet.toleranceMs, reserve);
    },
  };
}

function createSlot(
  clock: SlotPorts['clock'],
  toleranceMs: number,
  reserve: () => Promise<number | Waiting>,
): RateSlot {
  return {
    async start() {
      let at = await reserve();
      // Between the last look at the clock and the run nothing is waited for.
      while (typeof at === 'number') {
        const leftMs = at - clock.now();
        if (leftMs <= 0 && -leftMs <= toleranceMs) return undefined;
        if (leftMs > 0) await clock.sleep(leftMs);
        else at = await reserve();
      }
      return at;
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
}: SlotPorts): (line: string, spacingMs: number) => Promise<number> {
  const open = new Map<string, { count: number; readonly first: Promise<number> }>();
  const begin = async (line: string, spacingMs: number): Promise<number> => {
    // The others of the batch come within the same few steps.
    for (let steps = 0; steps < 10; steps++) await undefined;
    const count = open.get(line)?.count ?? 1;
    open.delete(line);
    return limits.reserve(line, spacingMs * count, clock.now());
  };
  return async (line, spacingMs) => {
    const batch = open.get(line) ?? { count: 0, first: begin(line, spacingMs) };
    open.set(line, batch);
    const place = batch.count++;
    return (await batch.first) + place * spacingMs;
  };
}

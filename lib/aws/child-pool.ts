/**
 * A pool of threads or processes. A child that dies costs its own message one crash, no more: the claim that
 * it held is given up, and the message comes back at once. A child whose event loop is blocked by its task
 * cannot renew its claim; the worker does it in its place, and ends it when the run was revoked.
 */
import { leaseEnd } from '../runtime/lease.ts';
import type { MachineWorker } from '../runtime/machine-worker.ts';
import type { Delivery } from '../runtime/outcome.ts';
import type { Pool } from '../runtime/pool.ts';
import type { Clock, Log, State } from '../runtime/ports.ts';
import type { Batch } from '../runtime/worker.ts';
import type { FromChild } from './pool-protocol.ts';
import { createSeat, type Seat, type SeatOptions } from './seat.ts';

export interface ChildPoolOptions extends SeatOptions {
  /** How many children are kept; with 0 each is made for its batch. */
  readonly size: number;
  readonly beatMs: number;
  /** How many batches a child handles before it is replaced. */
  readonly tasksMax: number | undefined;
  /** How much it may need after one, in bytes, before it is replaced. */
  readonly memoryBytesMax: number | undefined;
}

export interface ChildPoolPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly state: Pick<State, 'control'> | undefined;
}

interface Child {
  readonly seat: Seat;
  jobs: number;
}

/** What is known of a batch that a child handles. */
interface Run {
  begun: boolean;
  claim: { readonly id: string; readonly owner: string } | undefined;
  heardAt: number;
}

/** A child that cannot start will not start a moment later either. */
const START_PAUSE_MS = 2_000;
/** How long a run that is over for others is left to end by itself. */
const END_MS = 2_000;

export async function createChildPool(
  ports: ChildPoolPorts,
  worker: MachineWorker,
  options: ChildPoolOptions,
): Promise<Pool> {
  const seats = await createSeats(ports, options);

  async function handle(batch: Batch): Promise<readonly string[]> {
    const child = await seats.take();
    const run: Run = { begun: false, claim: undefined, heardAt: ports.clock.now() };
    const hear = (message: FromChild): void => {
      run.heardAt = ports.clock.now();
      if (message.kind === 'begun') run.begun = true;
      if (message.kind === 'claimed') run.claim = message;
    };
    const unwatch = watchOver(ports, options.beatMs, batch, run, () => child.seat.kill());
    try {
      const { back, memoryBytes } = await child.seat.run({ ...batch, beatMs: options.beatMs }, hear);
      seats.giveBack(child, memoryBytes);
      return back;
    } catch (error) {
      void seats.remove(child);
      if (!run.begun) return await notBegun(batch, error);
      await giveUp(ports, run);
      throw error;
    } finally {
      unwatch();
    }
  }

  /** The message has nothing to do with it, so it counts as no crash. */
  async function notBegun({ queueName, deliveries }: Batch, error: unknown): Promise<readonly string[]> {
    ports.log({ level: 'error', message: 'a child could not start', error: String(error) });
    await ports.clock.sleep(START_PAUSE_MS);
    return worker.putOff(queueName, deliveries);
  }

  return {
    handle,
    putOff: (queueName: string, deliveries: readonly Delivery[]) => worker.putOff(queueName, deliveries),
    interrupt: () => {
      for (const { seat } of seats.all) seat.interrupt();
    },
    kill: () => {
      for (const { seat } of seats.all) seat.kill();
    },
    resize: seats.resize,
    close: async () => {
      await Promise.all([...seats.all].map(seats.remove));
    },
    children: () => [...seats.all].flatMap(({ seat }) => seat.pid ?? []),
  };
}

/** The children of a pool, and which of them have nothing to do. */
interface Seats {
  readonly all: ReadonlySet<Child>;
  take(): Promise<Child>;
  /** After a batch; a child that has done enough is replaced when the next one is needed. */
  giveBack(child: Child, memoryBytes: number): void;
  remove(child: Child): Promise<void>;
  resize(limit: number): void;
}

async function createSeats({ log }: ChildPoolPorts, options: ChildPoolOptions): Promise<Seats> {
  const { tasksMax = Number.POSITIVE_INFINITY, memoryBytesMax = Number.POSITIVE_INFINITY } = options;
  const all = new Set<Child>();
  const idle: Child[] = [];
  let { size } = options;

  async function add(): Promise<Child> {
    const child = { seat: await createSeat(options), jobs: 0 };
    all.add(child);
    return child;
  }

  function remove(child: Child): Promise<void> {
    all.delete(child);
    return child.seat.close();
  }

  idle.push(...(await Promise.all(Array.from({ length: size }, add))));
  return {
    all,
    take: async () => idle.pop() ?? add(),
    giveBack(child, memoryBytes) {
      child.jobs += 1;
      const isWorn = child.jobs >= tasksMax || memoryBytes > memoryBytesMax;
      if (isWorn) log({ level: 'info', message: 'a child is replaced', jobs: child.jobs, memoryBytes });
      if (isWorn || all.size > size) void remove(child);
      else idle.push(child);
    },
    remove,
    resize(limit) {
      size = limit;
      while (all.size > size) {
        const child = idle.pop();
        if (child === undefined) return;
        void remove(child);
      }
    },
  };
}

/** Renews a claim that its child does not renew, and ends the child where it has lost it. */
function watchOver(
  { clock, log, state }: ChildPoolPorts,
  beatMs: number,
  { deadline }: Batch,
  run: Run,
  kill: () => void,
): () => void {
  let over = false;
  const look = async (): Promise<void> => {
    const { claim, heardAt } = run;
    const isSilent = clock.now() - heardAt > 1.5 * beatMs;
    if (claim !== undefined && state !== undefined && isSilent) {
      const until = leaseEnd(deadline, clock.now(), beatMs);
      const kept = await state.control.extend(claim.id, claim.owner, until).catch(() => 'kept');
      if (kept !== 'kept' && !over) {
        log({ level: 'warn', message: 'a child is ended', id: claim.id, because: kept });
        cancel = clock.alarm(END_MS, kill);
        return;
      }
    }
    if (!over) cancel = clock.alarm(beatMs, () => void look());
  };
  let cancel = clock.alarm(beatMs, () => void look());
  return () => {
    over = true;
    cancel();
  };
}

/** Lets another attempt have the claim of a child that has died; that it died shows in its counts. */
async function giveUp({ clock, state }: ChildPoolPorts, { claim }: Run): Promise<void> {
  if (claim === undefined || state === undefined) return;
  // Without it the claim lapses by itself.
  await state.control.extend(claim.id, claim.owner, clock.now() - 1).catch(() => {});
}

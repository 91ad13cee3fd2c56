/**
 * A pool of threads or processes. A child that dies costs its own message one crash, no more: what it held is
 * given up, and the message comes back at once. A child whose event loop is blocked by its task cannot renew
 * anything; the worker does it in its place, and ends it when the run was revoked (keeper.ts).
 */
import { CeleriacError } from '../errors.ts';
import type { MachineWorker } from '../runtime/machine-worker.ts';
import type { Delivery } from '../runtime/outcome.ts';
import type { Pool } from '../runtime/pool.ts';
import type { Batch } from '../runtime/worker.ts';
import { createHardLimit } from './hard-limit.ts';
import { createKeeper, type KeeperPorts } from './keeper.ts';
import type { FromChild } from './pool-protocol.ts';
import { createSeat, type Seat, type SeatOptions } from './seat.ts';

export interface ChildPoolOptions extends SeatOptions {
  /** How many children are kept; with 0 each is made for its batch. */
  readonly size: number;
  readonly beatMs: number;
  /** After how many messages a child is replaced; those of a batch it handles all. */
  readonly tasksMax: number | undefined;
  /** How much it may need after one, in bytes, before it is replaced. */
  readonly memoryBytesMax: number | undefined;
}

interface Child {
  readonly seat: Seat;
  messages: number;
}

/** A child that cannot start will not start a moment later either. */
const START_PAUSE_MS = 2_000;

/**
 * Makes a pool; with children that are kept, when the first of them has loaded the app.
 * @throws CeleriacError CHILD_FAILED where it cannot.
 */
export async function createChildPool(
  ports: KeeperPorts,
  worker: MachineWorker,
  options: ChildPoolOptions,
): Promise<Pool> {
  const seats = await createSeats(ports, options);
  let problem: string | undefined;
  let isInterrupted = false;
  let isKilled = false;

  async function handle(batch: Batch): Promise<readonly string[]> {
    const child = await seats.take();
    const { beatMs } = options;
    const keeper = createKeeper(ports, { beatMs, deadline: batch.deadline }, () => child.seat.kill());
    const limit = createHardLimit(ports, () => child.seat.kill());
    let isBegun = false;
    const hear = (message: FromChild): void => {
      if (message.kind === 'begun') {
        isBegun = true;
        problem = undefined;
      }
      keeper.hear(message);
      limit.hear(message);
    };
    try {
      const running = child.seat.run({ ...batch, beatMs }, hear);
      if (isInterrupted) child.seat.interrupt();
      const { back, memoryBytes } = await running;
      child.messages += batch.deliveries.length;
      if (!limit.isLeft()) seats.giveBack(child, memoryBytes);
      else {
        child.seat.kill();
        void seats.remove(child);
      }
      return back;
    } catch (error) {
      void seats.remove(child);
      // What a cold stop has handed back must not be sent on besides.
      if (!isBegun && !isKilled) return await notBegun(batch, error);
      keeper.stop();
      const late = limit.late();
      if (late !== undefined) return await worker.overtime(batch, { ...late, pass: keeper.pass() });
      await keeper.giveUp();
      throw error;
    } finally {
      keeper.stop();
      limit.stop();
    }
  }

  /** The message has nothing to do with it, so it counts as no crash. */
  async function notBegun({ queueName, deliveries }: Batch, error: unknown): Promise<readonly string[]> {
    problem = `a child could not start: ${String(error)}`;
    ports.log({ level: 'error', message: 'a child could not start', error: String(error) });
    await ports.clock.sleep(START_PAUSE_MS);
    return worker.putOff(queueName, deliveries);
  }

  return {
    handle,
    putOff: (queueName: string, deliveries: readonly Delivery[]) => worker.putOff(queueName, deliveries),
    interrupt: () => {
      isInterrupted = true;
      for (const { seat } of seats.all) seat.interrupt();
    },
    kill: () => {
      isKilled = true;
      for (const { seat } of seats.all) seat.kill();
    },
    resize: seats.resize,
    close: async () => {
      await Promise.all([...seats.all].map(seats.remove));
    },
    children: () => [...seats.all].flatMap(({ seat }) => seat.pid ?? []),
    problem: () => problem,
  };
}

function childFailed(kind: ChildPoolOptions['kind'], cause: unknown): CeleriacError {
  return new CeleriacError('CHILD_FAILED', `a child of pool '${kind}' cannot start: ${String(cause)}`, {
    value: kind,
    cause,
  });
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

async function createSeats({ log }: KeeperPorts, options: ChildPoolOptions): Promise<Seats> {
  const { tasksMax = Number.POSITIVE_INFINITY, memoryBytesMax = Number.POSITIVE_INFINITY } = options;
  const all = new Set<Child>();
  const idle: Child[] = [];
  let { size } = options;

  async function add(): Promise<Child> {
    const child = { seat: await createSeat(options), messages: 0 };
    all.add(child);
    child.seat.onDeath((error) => {
      if (!all.has(child) || !idle.includes(child)) return;
      idle.splice(idle.indexOf(child), 1);
      log({ level: 'warn', message: 'a child died while it had nothing to do', error: String(error) });
      void remove(child);
    });
    return child;
  }

  function remove(child: Child): Promise<void> {
    all.delete(child);
    return child.seat.close();
  }

  idle.push(...(await Promise.all(Array.from({ length: size }, add))));
  await idle[0]?.seat.prepare().catch(async (cause: unknown) => {
    await Promise.all(idle.map(remove));
    throw childFailed(options.kind, cause);
  });
  return {
    all,
    take: async () => idle.pop() ?? add(),
    giveBack(child, memoryBytes) {
      const { messages } = child;
      const isWorn = messages >= tasksMax || memoryBytes > memoryBytesMax;
      if (isWorn) log({ level: 'info', message: 'a child is replaced', messages, memoryBytes });
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

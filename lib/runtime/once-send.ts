/** What a send does for `once`: reserves its key, or says who has it. */
import { orderOf } from '../core/id.ts';
import { isFinal } from '../core/task-state.ts';
import { type Once, reservesAtSend } from '../define/once.ts';
import type { AnyTask } from '../define/task.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Composed } from './compose.ts';
import type { Locks, Reserve } from './gate-ports.ts';
import { onceKeyOf } from './gated.ts';
import type { Runs } from './ports.ts';

/** What became of a key at send. */
export interface Reserved {
  /** The run that has the key, whose handle the caller gets instead. */
  readonly by?: string;
  /** What is to be done once the message is on its way. */
  readonly sent?: () => Promise<void>;
  /** What is to be done when it is not. */
  readonly failed?: () => Promise<void>;
}

/** Sends the call once more, as the run of that id, between two times; without the second: later. */
export type SendAs = (id: string, dueAt: number, staleAt: number | undefined) => Promise<void>;

/**
 * Reserves the key of a message that is about to be sent, where its task says so.
 * @throws SendError ONCE_TAKEN; ONCE_NOT_REACHABLE in a worker that was built without DynamoDB.
 */
export async function reserveKey(
  connection: Connection,
  composed: Composed,
  sendAs: SendAs,
): Promise<Reserved> {
  const { task, parsed, id, delayMs, message } = composed;
  const { once } = task;
  if (once === undefined || message.force === true) return {};
  if (!reservesAtSend(once)) return {};
  const { clock, state } = connection.ports;
  const locks = state?.locks;
  if (locks === undefined) throw notReachable(task.name);
  const key = onceKeyOf(task, once.key, parsed);
  if (once.keep === 'last') {
    const now = clock.now();
    // Afterwards, or a sender that dies in between would drop the call before without one of its own.
    return { sent: () => locks.announce(key, orderOf(message), now + delayMs + once.forMs) };
  }
  const keptMs = once.forMs + (once.keep === undefined ? delayMs : 0);
  const staleAt = message.expiresAt;
  return reserve(connection, locks, once, { key, id, delayMs, staleAt, keptMs, task: task.name, sendAs });
}

/** How many debounced calls a client has begun in its last millisecond. */
const counted = new WeakMap<Connection['outbox'], { readonly at: number; readonly count: number }>();
/** As many as an id can count. */
const COUNT_MAX = 32 ** 3 - 1;

/** Which call of its millisecond this one is, where the last one of a burst counts. */
export function countOf({ outbox }: Connection, task: AnyTask | undefined, now: number): number | undefined {
  if (task?.once?.keep !== 'last') return undefined;
  const before = counted.get(outbox);
  const count = before?.at === now ? Math.min(COUNT_MAX, before.count + 1) : 0;
  counted.set(outbox, { at: now, count });
  return count;
}

/** The calls of a client that have reserved their key and are on their way: whether they were sent. */
const underWay = new WeakMap<Connection['outbox'], Map<string, Promise<boolean>>>();

type Held = Extract<Reserve, { kind: 'held' }>;

interface Wanted {
  readonly key: string;
  readonly id: string;
  readonly delayMs: number;
  readonly staleAt: number | undefined;
  readonly keptMs: number;
  readonly task: string;
  readonly sendAs: SendAs;
}

async function reserve(
  connection: Connection,
  locks: Locks,
  once: Pick<Once, 'taken' | 'keep'>,
  wanted: Wanted,
): Promise<Reserved> {
  const { key, id, task, delayMs, staleAt, keptMs } = wanted;
  const { outbox, ports } = connection;
  const sending = underWay.get(outbox) ?? new Map<string, Promise<boolean>>();
  underWay.set(outbox, sending);
  const now = ports.clock.now();
  const times = { now, until: now + keptMs, dueAt: now + delayMs, staleAt };
  const outcome = await locks.reserve({ key, id, ...times });
  if (outcome.kind === 'taken') return onItsWay(sending, id, () => locks.withdraw(key, id));
  const { by } = outcome;
  if (!outcome.isRunning && (isTooOld(outcome, once.keep, now) || (await isGivenUp(ports, by, once.keep))))
    if (await locks.free(key, by)) return reserve(connection, locks, once, wanted);
  if (once.taken === 'return') {
    if (outcome.isSent || (await comes(connection, locks, sending, wanted, outcome))) return { by };
    return reserve(connection, locks, once, wanted);
  }
  const text =
    `task '${task}': run '${by}' has the same key, at the latest until ` +
    `${new Date(outcome.untilMs).toISOString()} unless it goes on; wait for it, or send with force: true`;
  throw new SendError('ONCE_TAKEN', text, { value: by });
}

/**
 * Whether the message that has reserved a key is not run any more, though it may yet lie in its queue. A
 * window outlives its run, and what another call has vouched for may live longer.
 */
function isTooOld({ isSent, staleAt }: Held, keep: Once['keep'], now: number): boolean {
  return keep === undefined && !isSent && staleAt !== undefined && staleAt <= now;
}

/**
 * Whether a run has ended that nobody runs: revoked or expired, it never came to give its key back. The
 * window of a throttle outlives its run, but there is none of a run that never began.
 */
export async function isGivenUp(
  { runs }: { readonly runs: Pick<Runs, 'read'> | undefined },
  id: string,
  keep: Once['keep'],
): Promise<boolean> {
  const record = (await runs?.read([id]))?.get(id);
  if (record === undefined || !isFinal(record.state)) return false;
  return keep === undefined || (record.state === 'REVOKED' && record.startedAt === undefined);
}

/**
 * Whether the run that has reserved the key will be made; false: it has given its key up. Its sender may yet
 * fail or have died, and then its handle would be one of a run that never comes. Whoever cannot know that
 * sends the call once more, under that run's id: its claim makes one run of both messages. It expires when
 * neither of the calls wants it any more, or the shorter-lived one would end the run of the other.
 */
async function comes(
  { ports }: Connection,
  locks: Locks,
  sending: ReadonlyMap<string, Promise<boolean>>,
  { key, sendAs, staleAt: own }: Wanted,
  { by, dueAt, staleAt }: { readonly by: string; readonly dueAt: number; readonly staleAt?: number },
): Promise<boolean> {
  const here = sending.get(by);
  if (here !== undefined) return ports.clock.waiting(here);
  if ((await ports.runs?.read([by]))?.has(by) === true) return true;
  const isEndless = own === undefined || staleAt === undefined;
  await sendAs(by, dueAt, isEndless ? undefined : Math.max(own, staleAt));
  return locks.vouch(key, by);
}

function onItsWay(
  sending: Map<string, Promise<boolean>>,
  id: string,
  release: () => Promise<void>,
): Reserved {
  let settle: (sent: boolean) => void = () => undefined;
  sending.set(id, new Promise((resolve) => (settle = resolve)));
  const end = (sent: boolean): void => {
    sending.delete(id);
    settle(sent);
  };
  return {
    sent: async () => end(true),
    async failed() {
      await release().catch(() => undefined);
      end(false);
    },
  };
}

function notReachable(task: string): SendError {
  const text =
    `task '${task}' reserves a key when it is sent, but this worker cannot: no task of its own queue keeps ` +
    'a record, so it was built without DynamoDB; give the task that sends a result, or send with force: true';
  return new SendError('ONCE_NOT_REACHABLE', text, { value: task });
}

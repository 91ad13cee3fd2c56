/** What a send does for `once`: reserves its key, or says who has it. */
import { type Once, reservesAtSend } from '../define/once.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Composed } from './compose.ts';
import type { Locks } from './gate-ports.ts';
import { onceKeyOf } from './gated.ts';

/** What became of a key at send. */
export interface Reserved {
  /** The run that has the key, whose handle the caller gets instead. */
  readonly by?: string;
  /** What is to be done once the message is on its way. */
  readonly sent?: () => Promise<void>;
  /** What is to be done when it is not. */
  readonly failed?: () => Promise<void>;
}

/**
 * Reserves the key of a message that is about to be sent, where its task says so.
 * @throws SendError ONCE_TAKEN; ONCE_NOT_REACHABLE in a worker that was built without DynamoDB.
 */
export async function reserveKey(connection: Connection, composed: Composed): Promise<Reserved> {
  const { task, parsed, id, delayMs, message } = composed;
  const { once } = task;
  if (once === undefined || message.force === true) return {};
  if (!reservesAtSend(once)) return {};
  const { clock, state } = connection.ports;
  const locks = state?.locks;
  if (locks === undefined) throw notReachable(task.name);
  const key = onceKeyOf(task, once.key, parsed);
  const now = clock.now();
  if (once.keep === 'last') {
    // Afterwards, or a sender that dies in between would drop the call before without one of its own.
    return { sent: () => locks.announce(key, id, now + delayMs + once.forMs) };
  }
  const until = now + once.forMs + (once.keep === undefined ? delayMs : 0);
  return reserve(connection, locks, once, { key, id, now, until, task: task.name });
}

/** The calls of a client that have reserved their key and are on their way: whether they were sent. */
const underWay = new WeakMap<Connection['outbox'], Map<string, Promise<boolean>>>();

async function reserve(
  connection: Connection,
  locks: Locks,
  { taken }: Pick<Once, 'taken'>,
  wanted: {
    readonly key: string;
    readonly id: string;
    readonly now: number;
    readonly until: number;
    task: string;
  },
): Promise<Reserved> {
  const { key, id, now, until, task } = wanted;
  const { outbox, ports } = connection;
  const sending = underWay.get(outbox) ?? new Map<string, Promise<boolean>>();
  underWay.set(outbox, sending);
  const outcome = await locks.reserve(key, id, now, until);
  if (outcome.kind === 'taken') return onItsWay(sending, id, () => locks.release(key, id));
  if (taken === 'return') {
    // A call of ours may yet fail: then its handle would be one of a run that never comes.
    const other = sending.get(outcome.by);
    if (other === undefined || (await ports.clock.waiting(other))) return { by: outcome.by };
    return reserve(connection, locks, { taken }, wanted);
  }
  const text =
    `task '${task}': run '${outcome.by}' has the same key, at the latest until ` +
    `${new Date(outcome.untilMs).toISOString()} unless it goes on; wait for it, or send with force: true`;
  throw new SendError('ONCE_TAKEN', text, { value: outcome.by });
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

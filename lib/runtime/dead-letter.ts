/** The way into the dead-letter queue: always as a copy that says why, so that nothing ends in silence. */
import { deathReason, isSentOn } from '../core/death.ts';
import { originId } from '../core/id.ts';
import { type DeadReason, type Message, type Parsed, parseMessage, withHistory } from '../core/message.ts';
import type { Queue } from '../define/queue.ts';
import { deadLetterQueueName } from '../define/resource-name.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
import { sendDeadLetter } from './dead-route.ts';
import { encoded } from './encoded.ts';
import type { Delivery } from './outcome.ts';

/** The end of a message: why, after which attempt, by which error. */
export interface End {
  readonly reason: DeadReason;
  readonly attempt: number;
  readonly error?: WireError | undefined;
}

export interface DeadLetters {
  /** Sends the message to the dead-letter queue, as its next generation. */
  bury(delivery: Delivery, message: Message, end: End): Promise<void>;
  /** Dead-letters a body that is no envelope, as it is, inside one. */
  buryForeign(delivery: Delivery, reason: 'malformed' | 'unknown-version', why: string): Promise<void>;
}

declare const CELERIAC_MESSAGING: boolean | undefined;

/** What a foreign body in the dead-letter queue has as its task. */
const FOREIGN_TASK = '';

export function createDeadLetters(connection: Connection, queue: Queue): DeadLetters {
  const { app, space, ports, outbox } = connection;
  const deadName = deadLetterQueueName(app.name, space.stage, queue);

  async function send(delivery: Delivery, message: Message): Promise<void> {
    const body = encoded(message);
    const group = delivery.group ?? message.group ?? 'all';
    await outbox.send(
      deadName,
      queue.ordered ? { body, group, deduplication: deduplicationOf(message) } : { body },
    );
    told(message, deadName);
  }

  function told({ task, id, dead }: Message, to: string): void {
    // In a wait queue every message dies, and is no worse for it.
    const level = dead?.reason === 'expired' ? 'info' : 'error';
    ports.log({ level, message: 'dead-lettered', task, id, reason: dead?.reason, error: dead?.error, to });
  }

  /** Whether a dead letter went where its queue says; else it stays beside the queue. */
  async function isSent(message: Message, letter: Message, at: number): Promise<boolean> {
    const to = queue.deadLetterTo?.();
    if (to === undefined || letter.dead === undefined || !isSentOn(letter.dead.reason)) return false;
    const { expiresAt, sentAt } = message;
    const expirationMs = expiresAt === undefined ? undefined : expiresAt - sentAt;
    const dead = { queue, letter, at, expirationMs };
    const why =
      typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING
        ? await sendDeadLetter(connection, { ...dead, reason: deathReason(letter.dead.reason) }, to)
        : 'it was bundled without';
    if (why === undefined) told(letter, to.name);
    else ports.log({ level: 'warn', message: 'not sent on', id: letter.id, queue: queue.name, why });
    return why === undefined;
  }

  return {
    async bury(delivery, message, end) {
      const at = ports.clock.now();
      const letter = toLetter(connection, queue, message, end, at);
      if (!(await isSent(message, letter, at))) await send(delivery, letter);
    },
    async buryForeign(delivery, reason, why) {
      const at = ports.clock.now();
      const code = reason === 'malformed' ? 'MALFORMED_MESSAGE' : 'UNKNOWN_VERSION';
      const error = toWireError(new CeleriacError(code, why), 0);
      const before = foreignLetterOf(delivery.body) ?? toForeignLetter(connection, delivery, at);
      const { generation } = before;
      await send(delivery, {
        ...withHistory(before, { at, kind: 'dead', generation, attempt: 0, reason, error }),
        generation: generation + 1,
        dead: { reason, at, queue: queue.name, attempt: 0, error },
      });
    },
  };
}

/** The next generation of a message that has come to its end. */
function toLetter({ ports }: Connection, queue: Queue, message: Message, end: End, at: number): Message {
  const { reason, attempt, error } = end;
  const cause = error === undefined ? {} : { error };
  const { generation } = message;
  const entry = { at, kind: 'dead', generation, attempt, reason, ...cause } as const;
  // Whoever redrives a dead letter wants it to run, whenever that is: it does not expire any more.
  const {
    deferredSince: _,
    expiresAt: __,
    enteredAt: ___,
    wait: ____,
    ...past
  } = withHistory(message, entry);
  return {
    ...past,
    generation: generation + 1,
    attempt: 0,
    crashes: 0,
    // A second dead letter of the same end is possible; where there is a record, redriving both runs one.
    claim: message.claim || ports.runs !== undefined,
    dead: { reason, at, queue: queue.name, attempt, ...cause },
  };
}

/** An envelope around a body that is none. */
function toForeignLetter({ space }: Connection, delivery: Delivery, at: number): Message {
  return {
    id: originId(space, delivery.firstReceivedAt, delivery.messageId),
    task: FOREIGN_TASK,
    input: delivery.body,
    generation: 0,
    attempt: 0,
    deferrals: 0,
    crashes: 0,
    hops: 0,
    sentAt: at,
    claim: false,
    headers: textsOf(delivery),
    history: [],
  };
}

/** Its attributes, so that they are not lost with a body that nobody here can read. */
function textsOf({ headers = {} }: Delivery): Readonly<Record<string, string>> {
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value),
  ]);
  return Object.fromEntries(texts);
}

/** The dead letter of a foreign body, where a delivery is one that was redriven. */
export function foreignLetterOf(body: string): (Message & { readonly input: string }) | undefined {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message' || !isUnaddressed(parsed.message)) return undefined;
  const { input } = parsed.message;
  return typeof input === 'string' ? { ...parsed.message, input } : undefined;
}

/**
 * Reads a body, looking into a redriven dead letter that holds a foreign one: what could not be read before
 * may be readable to this worker.
 */
export function parseDelivery(body: string): Parsed {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message' || !isUnaddressed(parsed.message)) return parsed;
  const { input } = parsed.message;
  const inner = typeof input === 'string' ? parseMessage(input) : parsed;
  return inner.kind === 'message' && isUnaddressed(inner.message)
    ? { kind: 'foreign', why: "the envelope's task is empty", damaged: true }
    : inner;
}

/** A published message has no task yet, but a way. */
function isUnaddressed({ task, via }: Message): boolean {
  return task === FOREIGN_TASK && via === undefined;
}

/** The way into the dead-letter queue: always as a copy that says why, so that nothing ends in silence. */
import { originId } from '../core/id.ts';
import { type DeadReason, type Message, type Parsed, parseMessage, withHistory } from '../core/message.ts';
import type { Queue } from '../define/queue.ts';
import { deadLetterQueueName } from '../define/resource-name.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
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
    const { task, id, dead } = message;
    ports.log({
      level: 'error',
      message: 'dead-lettered',
      task,
      id,
      reason: dead?.reason,
      error: dead?.error,
    });
  }

  return {
    async bury(delivery, message, { reason, attempt, error }) {
      const at = ports.clock.now();
      const told = error === undefined ? {} : { error };
      const { generation } = message;
      // Whoever redrives a dead letter wants it to run, whenever that is: it does not expire any more.
      const {
        deferredSince: _,
        expiresAt: __,
        ...past
      } = withHistory(message, {
        at,
        kind: 'dead',
        generation,
        attempt,
        reason,
        ...told,
      });
      await send(delivery, {
        ...past,
        generation: generation + 1,
        attempt: 0,
        crashes: 0,
        // A second dead letter of the same end is possible; where there is a record, redriving both runs one.
        claim: ports.runs !== undefined,
        dead: { reason, at, queue: queue.name, attempt, ...told },
      });
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
    headers: {},
    history: [],
  };
}

/** The dead letter of a foreign body, where a delivery is one that was redriven. */
export function foreignLetterOf(body: string): (Message & { readonly input: string }) | undefined {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message' || parsed.message.task !== FOREIGN_TASK) return undefined;
  const { input } = parsed.message;
  return typeof input === 'string' ? { ...parsed.message, input } : undefined;
}

/**
 * Reads a body, looking into a redriven dead letter that holds a foreign one: what could not be read before
 * may be readable to this worker.
 */
export function parseDelivery(body: string): Parsed {
  const letter = foreignLetterOf(body);
  const parsed = parseMessage(letter?.input ?? body);
  return parsed.kind === 'message' && parsed.message.task === FOREIGN_TASK
    ? { kind: 'foreign', why: "the envelope's task is empty" }
    : parsed;
}

/**
 * The worker's side of RPC: what came of a message goes to the queue that waits for it. It is sent after the
 * end has been recorded and before the message is acked, and again when a duplicate of a finished run is met:
 * a second reply is dropped by the client, a missing one is waited for in vain.
 *
 * Where a reply goes is written in a message, which anybody with the right to send may have written. So it
 * goes to the app's own reply queues and its own queues alone, and elsewhere never.
 */
import { derivedId } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { MESSAGE_BYTES_MAX } from '../core/limits.ts';
import { encodeMessage, type Message, sizeBytes } from '../core/message.ts';
import { encodeReply, type Reply } from '../core/reply.ts';
import { queueName, replyQueuePrefix } from '../define/resource-name.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, SendError, toWireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
import { groupBy } from './forwarder.ts';
import { ONE_GROUP } from './group.ts';
import { toResult } from './payload.ts';
import type { Ending, OutgoingMessage } from './ports.ts';
import { endError } from './result.ts';

/** A message whose run has ended for good, and who ran it. */
export interface Answering {
  readonly connection: Connection;
  readonly message: Message;
}

/** How it ended. */
export type Ended = Pick<Ending, 'state' | 'result' | 'blob' | 'error' | 'reason'>;

/**
 * Sends the reply of a message that asks for one. Rejects when it could not be sent but may be later; a queue
 * that is gone, or that takes nothing from us, is logged and left alone.
 */
export async function reply(answering: Answering, ended: Ended): Promise<void> {
  const { connection, message } = answering;
  if (message.replyTo === undefined) return;
  const outgoing = compose(answering, message.replyTo, await whole(connection, ended));
  if (outgoing === undefined) return;
  try {
    await connection.outbox.send(outgoing.queueName, outgoing.message);
  } catch (error) {
    if (!isFinal(error)) throw error;
    drop(answering, String(error.message));
  }
}

/** The end of a run with its result, wherever that lies: whoever waits for a reply cannot read the bucket. */
async function whole({ ports }: Answering['connection'], ended: Ended): Promise<Ended> {
  if (ended.blob === undefined) return ended;
  const result = await ports.blobs?.get(ended.blob);
  // One that was forgotten is empty.
  if (result !== undefined && result !== '') return { state: ended.state, result };
  const text = `the result lies in the app's bucket, and there is no '${ended.blob}' any more`;
  return { state: 'FAILURE', error: toWireError(new CeleriacError('RESULT_NOT_READABLE', text), 0) };
}

/** The end of a run whose outcome no record keeps. */
export function returned(task: AnyTask, value: unknown): Ended {
  const result = toResult(task, value, Number.POSITIVE_INFINITY);
  return 'error' in result
    ? { state: 'FAILURE', error: toWireError(result.error, 0) }
    : { state: 'SUCCESS', ...result };
}

interface Outgoing {
  readonly queueName: string;
  readonly message: OutgoingMessage;
}

function compose(answering: Answering, replyTo: string, ended: Ended): Outgoing | undefined {
  const { app, space } = answering.connection;
  const prefix = replyQueuePrefix(app.name, space.stage);
  if (replyTo.startsWith(prefix) && /^[\w-]{1,80}$/.test(replyTo))
    return { queueName: replyTo, message: { body: toBody(answering, ended) } };
  if (app.queues.some(({ name }) => name === replyTo)) return toQueue(answering, replyTo, ended);
  drop(answering, `replyTo is '${replyTo}'; it may be a queue of the app, or begin with '${prefix}'`);
  return undefined;
}

/** The body for a client that waits in `call`. */
function toBody({ message }: Answering, ended: Ended): string {
  const body = encodeReply(toReply(message, ended));
  if (sizeBytes(body) <= MESSAGE_BYTES_MAX) return body;
  const text =
    `task '${message.task}' returned more than the ${MESSAGE_BYTES_MAX / 1024} KiB that a reply holds (SQS ` +
    'takes 1 MiB in all); store the data and return a reference, or send the call and wait for its result';
  return encodeReply(toReply(message, { state: 'FAILURE', error: toWireError(tooLarge(text), 0) }));
}

function toReply(message: Message, ended: Ended): Reply {
  const correlationId = correlationOf(message);
  if (ended.state !== 'SUCCESS') {
    const error = ended.state === 'FAILURE' ? ended.error : undefined;
    return { correlationId, ok: false, error: error ?? toWireError(endError({ ...message, ...ended }), 0) };
  }
  return ended.result === undefined
    ? { correlationId, ok: true }
    : { correlationId, ok: true, value: toJson(ended.result) };
}

/**
 * AMQP's RPC by hand: what the handler returned, as an ordinary message on the default exchange. There as
 * here, a failure sends nothing, nor does a handler that returns nothing: it may have replied itself.
 */
function toQueue(answering: Answering, name: string, ended: Ended): Outgoing | undefined {
  const { connection, message } = answering;
  const { app, space, ports } = connection;
  const queue = app.queues.find((candidate) => candidate.name === name);
  // A consumer has run well, and is acked: nothing else would say why nobody is answered.
  if (ended.error?.code === 'RESULT_NOT_JSON') drop(answering, ended.error.message);
  if (queue === undefined || ended.state !== 'SUCCESS' || ended.result === undefined) return undefined;
  const input = toJson(ended.result);
  // A reply that failed for want of a group would run the handler again and again.
  const group = queue.ordered
    ? (groupBy(queue.groupBy, { input }) ?? ONE_GROUP)
    : groupBy(queue.fairBy, { input });
  const published: Message = {
    id: derivedId(space, message.id, `reply/${message.generation}`),
    task: '',
    input,
    via: { exchange: '', key: name },
    correlationId: correlationOf(message),
    ...{ generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops: message.hops + 1 },
    sentAt: ports.clock.now(),
    // It is sent again, under this id, when a duplicate of the run is met.
    claim: true,
    ...(group !== undefined && queue.ordered ? { group } : {}),
    headers: {},
    history: [],
  };
  const body = encodeMessage(published);
  if (body === undefined) {
    drop(answering, `the reply is larger than ${MESSAGE_BYTES_MAX / 1024} KiB`);
    return undefined;
  }
  const place = {
    ...(group === undefined ? {} : { group }),
    ...(queue.ordered ? { deduplication: deduplicationOf(published) } : {}),
  };
  return { queueName: queueName(app.name, space.stage, queue), message: { body, ...place } };
}

/** Which message a reply answers: as in AMQP, where nobody says otherwise the message's own id tells. */
function correlationOf({ correlationId, via, id }: Message): string {
  // What the publisher knows is not the id of the run that its message has led to.
  return correlationId ?? via?.id ?? id;
}

/** A result is what JSON.stringify made of checked data. */
function toJson(result: string): Json {
  return JSON.parse(result);
}

function tooLarge(text: string): CeleriacError {
  return new CeleriacError('RESULT_TOO_LARGE', text);
}

/**
 * Whether a reply will never be taken: its client has closed and its queue is gone, or it is not ours to send
 * there. The outbox's own tries bridge the second in which a new queue may be unknown in places.
 */
function isFinal(error: unknown): error is SendError {
  return (
    error instanceof SendError && /QueueDoesNotExist|NonExistentQueue|AccessDenied/.test(String(error.value))
  );
}

function drop({ connection, message }: Answering, why: string): void {
  const { task, id, replyTo } = message;
  connection.ports.log({ level: 'warn', message: 'a reply was dropped', task, id, replyTo, why });
}

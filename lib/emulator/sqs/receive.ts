/**
 * ReceiveMessage, one look at the queue: the waiting of a long poll is done elsewhere and looks here again.
 */
import type { Output } from '../service.ts';
import { QUEUE_ATTRIBUTE_NAMES } from './attributes.ts';
import { moveIfExhausted } from './dead-letter.ts';
import { md5OfAttributes } from './digest.ts';
import { integer, text, texts } from './fields.ts';
import {
  BATCH_ENTRIES_MAX,
  IN_FLIGHT_MAX,
  SECOND_MS,
  TOKEN,
  VISIBILITY_SECONDS_MAX,
  WAIT_SECONDS_MAX,
} from './limits.ts';
import { type Message, type MessageAttributes, toHandle } from './message.ts';
import type { Shuffle } from './order.ts';
import type { Attempt, Queue } from './queue.ts';
import { invalidValue, overLimit, unknownAttribute, wrongQueueType } from './refusal.ts';
import { type Call, queueOf, type State } from './state.ts';

const SYSTEM_ATTRIBUTES = {
  SenderId: (message: Message) => message.senderId,
  SentTimestamp: (message: Message) => String(message.sentAt),
  ApproximateReceiveCount: (message: Message) => String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: (message: Message) => String(message.firstReceivedAt),
  SequenceNumber: (message: Message) => message.sequenceNumber,
  MessageDeduplicationId: (message: Message) => message.deduplicationId,
  MessageGroupId: (message: Message) => message.groupId,
  AWSTraceHeader: (message: Message) => message.traceHeader,
  DeadLetterQueueSourceArn: (message: Message) => message.sourceArn,
};

const SYSTEM_ENTRIES = Object.entries(SYSTEM_ATTRIBUTES);

export interface ReceiveRequest {
  readonly queue: Queue;
  readonly max: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly attemptId: string | undefined;
  readonly systemNames: ReadonlySet<string>;
  readonly attributeNames: readonly string[];
}

export function readReceive(call: Call): ReceiveRequest {
  const queue = queueOf(call);
  const { input } = call;
  const wait = integer(input, 'WaitTimeSeconds');
  if (wait !== undefined && (wait < 0 || wait > WAIT_SECONDS_MAX)) {
    throw invalidValue(wait, 'WaitTimeSeconds', `Must be >= 0 and <= ${WAIT_SECONDS_MAX}, if provided.`);
  }
  const max = integer(input, 'MaxNumberOfMessages') ?? 1;
  if (max < 1 || max > BATCH_ENTRIES_MAX) {
    throw invalidValue(
      max,
      'MaxNumberOfMessages',
      `Must be between 1 and ${BATCH_ENTRIES_MAX}, if provided.`,
    );
  }
  const visibility = integer(input, 'VisibilityTimeout');
  if (visibility !== undefined && (visibility < 0 || visibility > VISIBILITY_SECONDS_MAX)) {
    const rule = `Must be >= 0 and <= ${VISIBILITY_SECONDS_MAX}, if provided.`;
    throw invalidValue(visibility, 'VisibilityTimeout', rule);
  }
  return {
    queue,
    max,
    visibilityMs: visibility === undefined ? queue.settings.visibilityMs : visibility * SECOND_MS,
    waitMs: wait === undefined ? queue.settings.waitMs : wait * SECOND_MS,
    attemptId: readAttemptId(call, queue),
    systemNames: readSystemNames(call),
    attributeNames: texts(input, 'MessageAttributeNames'),
  };
}

function readAttemptId(call: Call, queue: Queue): string | undefined {
  const id = text(call.input, 'ReceiveRequestAttemptId');
  if (id === undefined) return undefined;
  if (!queue.fifo) throw wrongQueueType(id, 'ReceiveRequestAttemptId');
  if (TOKEN.test(id)) return id;
  const rule =
    'ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.';
  throw invalidValue(id, 'ReceiveRequestAttemptId', rule);
}

function readSystemNames({ input }: Call): ReadonlySet<string> {
  const names = new Set([...texts(input, 'AttributeNames'), ...texts(input, 'MessageSystemAttributeNames')]);
  for (const name of names) {
    // AttributeNames is typed as a queue's attribute names, so those are taken too, and mean nothing here.
    if (!Object.hasOwn(SYSTEM_ATTRIBUTES, name) && !QUEUE_ATTRIBUTE_NAMES.has(name))
      throw unknownAttribute(name);
  }
  return names;
}

/** Receives what is there now; undefined for nothing. */
export function receive(state: State, request: ReceiveRequest, now: number): Output | undefined {
  const { queue } = request;
  const repeated = repeat(request, now);
  if (repeated !== undefined) return toOutput(repeated, request);
  if (!queue.fifo && request.waitMs === 0 && queue.store.inFlight >= IN_FLIGHT_MAX) {
    throw overLimit(
      'Too many messages have been received without being deleted. ' +
        'Please delete your received messages or let them timeout before receiving more.',
    );
  }
  const messages = takeBatch(state, request, now);
  if (messages.length === 0) return undefined;
  const delivered = messages.map((message) => ({ message, handle: handleOf(queue, message) }));
  const answer = toOutput(delivered, request);
  if (request.attemptId !== undefined) {
    const versions = messages.map((message) => message.version);
    queue.attempts.set(request.attemptId, { messages: delivered, versions }, now);
  }
  return answer;
}

function takeBatch(state: State, request: ReceiveRequest, now: number): readonly Message[] {
  const { queue, max, visibilityMs } = request;
  const picker = queue.store.pick(shuffleOf(state, queue));
  const taken: Message[] = [];
  while (taken.length < max && queue.store.inFlight < IN_FLIGHT_MAX) {
    const message = picker.next();
    if (message === undefined) break;
    if (moveIfExhausted(state, queue, message, now)) continue;
    const stays = !queue.fifo && state.faults.duplicate?.(queue.name, message.id) === true;
    // What is hidden for no time is visible again for the next call, but not twice within this one.
    queue.store.take(message, stays ? now : now + visibilityMs);
    message.receiveCount += 1;
    message.receivesHere += 1;
    message.firstReceivedAt ??= now;
    message.receivedAt = now;
    taken.push(message);
    state.trace?.({
      at: now,
      service: 'sqs',
      operation: 'receive',
      account: queue.account,
      region: queue.region,
      queue: queue.name,
      messageId: message.id,
      receiveCount: message.receiveCount,
      ...(stays && { fault: 'duplicate' }),
    });
  }
  return taken;
}

function shuffleOf(state: State, queue: Queue): Shuffle | undefined {
  const { reorder } = state.faults;
  if (reorder === undefined || queue.fifo) return undefined;
  return (count) => (reorder(queue.name) ? Math.floor(state.random() * count) : undefined);
}

/**
 * The same messages and handles for the same attempt id within five minutes, with their visibility timeout
 * begun again, as long as none of them was deleted, changed or delivered to somebody else.
 */
function repeat(
  { queue, attemptId, visibilityMs }: ReceiveRequest,
  now: number,
): Attempt['messages'] | undefined {
  if (attemptId === undefined) return undefined;
  const attempt = queue.attempts.get(attemptId, now);
  if (attempt === undefined) return undefined;
  const untouched = attempt.messages.every(
    ({ message }, index) => message.state === 'inFlight' && message.version === attempt.versions[index],
  );
  if (!untouched) {
    queue.attempts.delete(attemptId);
    return undefined;
  }
  for (const { message } of attempt.messages) queue.store.postpone(message, now + visibilityMs);
  const versions = attempt.messages.map(({ message }) => message.version);
  queue.attempts.set(attemptId, { messages: attempt.messages, versions }, now);
  return attempt.messages;
}

function handleOf(queue: Queue, message: Message): string {
  return toHandle({ arn: queue.arn, messageId: message.id, delivery: message.receiveCount });
}

function toOutput(delivered: Attempt['messages'], request: ReceiveRequest): Output {
  return { Messages: delivered.map(({ message, handle }) => show(message, handle, request)) };
}

function show(message: Message, handle: string, request: ReceiveRequest): Output {
  const shown: Output = {
    MessageId: message.id,
    ReceiptHandle: handle,
    MD5OfBody: message.bodyMd5,
    Body: message.body,
  };
  const system = request.systemNames.size > 0 ? showSystem(message, request.systemNames) : undefined;
  if (system !== undefined) shown.Attributes = system;
  const attributes = showAttributes(message.attributes, request.attributeNames);
  if (attributes !== undefined) {
    shown.MD5OfMessageAttributes = md5OfAttributes(attributes);
    shown.MessageAttributes = attributes;
  }
  return shown;
}

function showSystem(message: Message, names: ReadonlySet<string>): Record<string, string> | undefined {
  const shown: Record<string, string> = {};
  const all = names.has('All');
  for (const [name, value] of SYSTEM_ENTRIES) {
    const text = all || names.has(name) ? value(message) : undefined;
    if (text !== undefined) shown[name] = text;
  }
  return Object.keys(shown).length > 0 ? shown : undefined;
}

/** The asked-for attributes: by name, by `prefix.*`, or all of them by `All` or `.*`. */
function showAttributes(
  all: MessageAttributes | undefined,
  asked: readonly string[],
): MessageAttributes | undefined {
  if (all === undefined || asked.length === 0) return undefined;
  const wanted = (name: string) =>
    asked.some((ask) => {
      if (ask === 'All' || ask === '*') return true;
      return ask.endsWith('.*') ? name.startsWith(ask.slice(0, -2)) : ask === name;
    });
  const shown = Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
  return Object.keys(shown).length > 0 ? shown : undefined;
}

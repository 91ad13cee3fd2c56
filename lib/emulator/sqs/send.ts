/** SendMessage and SendMessageBatch. */
import { hash } from 'node:crypto';
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { eachEntry, readEntries } from './batch.ts';
import { md5, md5OfAttributes } from './digest.ts';
import { integer, text } from './fields.ts';
import { DELAY_SECONDS_MAX, MESSAGE_BYTES_MAX, SECOND_MS, TOKEN } from './limits.ts';
import { Message, type MessageAttributes } from './message.ts';
import {
  attributesBytes,
  forbiddenCharacter,
  readMessageAttributes,
  readTraceHeader,
  uncheckedBytes,
} from './message-attributes.ts';
import { nextSequenceNumber, type Queue, type Sent } from './queue.ts';
import { invalid, invalidCharacter, invalidValue, missing, wrongQueueType } from './refusal.ts';
import { type Call, queueOf, randomId } from './state.ts';

const ENTRY = 'SendMessageBatchRequestEntry';

const senders = new Map<string, string>();

/** A message as asked for: read and checked, not sent yet. */
interface Draft {
  readonly body: string;
  readonly attributes: MessageAttributes | undefined;
  readonly traceHeader: string | undefined;
  readonly delayMs: number | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly bytes: number;
}

export function sendMessage(call: Call): Output {
  const queue = queueOf(call);
  return send(call, queue, readDraft(call.input, queue, ''));
}

/**
 * A standard queue takes the good entries and answers for the bad ones one by one. A FIFO queue refuses the
 * whole batch for one bad entry (recorded on AWS for the group and the deduplication id), which keeps the
 * order of its groups.
 */
export function sendMessageBatch(call: Call): Output {
  const queue = queueOf(call);
  const entries = readEntries(call.input, ENTRY);
  checkBatchSize(entries.map(({ input }) => input));
  if (!queue.fifo) {
    return eachEntry(entries, ({ input, position }) =>
      send(call, queue, readDraft(input, queue, `${ENTRY}.${position}.`)),
    );
  }
  const drafts = new Map(
    entries.map(({ id, input, position }) => [id, readBatchDraft(input, queue, `${ENTRY}.${position}.`)]),
  );
  return eachEntry(entries, ({ id }) => {
    const draft = drafts.get(id);
    return draft === undefined ? {} : send(call, queue, draft);
  });
}

function readBatchDraft(input: Input, queue: Queue, path: string): Draft {
  // The one refusal whose code differs between the two operations (recorded on AWS).
  if (text(input, 'MessageGroupId') === undefined) {
    throw invalid('The request must contain the parameter MessageGroupId.');
  }
  return readDraft(input, queue, path);
}

function checkBatchSize(inputs: readonly Input[]): void {
  let bytes = 0;
  for (const input of inputs) {
    bytes += Buffer.byteLength(text(input, 'MessageBody') ?? '') + uncheckedBytes(input.MessageAttributes);
  }
  if (bytes <= MESSAGE_BYTES_MAX) return;
  const limit = `Batch requests cannot be longer than ${MESSAGE_BYTES_MAX} bytes.`;
  throw new ServiceError('BatchRequestTooLong', `${limit} You have sent ${bytes} bytes.`);
}

function readDraft(input: Input, queue: Queue, path: string): Draft {
  const body = text(input, 'MessageBody');
  if (body === undefined || body === '') throw missing(`${path}MessageBody`);
  const delayMs = readDelay(input, queue);
  const { groupId, deduplicationId } = readGroup(input, queue, body);
  const character = forbiddenCharacter(body);
  if (character !== undefined) throw invalidCharacter(character);
  const attributes = readMessageAttributes(input);
  const traceHeader = readTraceHeader(input);
  const bytes = Buffer.byteLength(body) + attributesBytes(attributes);
  if (bytes > queue.settings.bytesMax) {
    const limit = `Message must be shorter than ${queue.settings.bytesMax} bytes.`;
    throw invalid(`One or more parameters are invalid. Reason: ${limit}`);
  }
  return { body, attributes, traceHeader, delayMs, groupId, deduplicationId, bytes };
}

function readDelay(input: Input, queue: Queue): number | undefined {
  const seconds = integer(input, 'DelaySeconds');
  if (seconds === undefined) return undefined;
  if (seconds < 0 || seconds > DELAY_SECONDS_MAX) {
    throw invalidValue(seconds, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}.`);
  }
  if (!queue.fifo) return seconds * SECOND_MS;
  // A FIFO queue takes a zero and ignores it: its own delay holds (recorded on AWS).
  if (seconds === 0) return undefined;
  throw wrongQueueType(seconds, 'DelaySeconds');
}

function readGroup(input: Input, queue: Queue, body: string): Pick<Draft, 'groupId' | 'deduplicationId'> {
  const groupId = text(input, 'MessageGroupId');
  const deduplicationId = text(input, 'MessageDeduplicationId');
  if (queue.fifo && groupId === undefined) throw missing('MessageGroupId');
  checkToken(groupId, 'MessageGroupId');
  if (!queue.fifo) {
    if (deduplicationId !== undefined) throw wrongQueueType(deduplicationId, 'MessageDeduplicationId');
    return { groupId, deduplicationId };
  }
  checkToken(deduplicationId, 'MessageDeduplicationId');
  if (deduplicationId !== undefined) return { groupId, deduplicationId };
  if (queue.settings.contentBased) return { groupId, deduplicationId: hash('sha256', body) };
  throw invalid(
    'The queue should either have ContentBasedDeduplication enabled ' +
      'or MessageDeduplicationId provided explicitly',
  );
}

function checkToken(value: string | undefined, name: string): void {
  if (value === undefined || TOKEN.test(value)) return;
  const rule = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalidValue(value, name, rule);
}

function send(call: Call, queue: Queue, draft: Draft): Output {
  const bodyMd5 = md5(draft.body);
  const sent = findDuplicate(queue, draft, call.now) ?? enqueue(call, queue, draft, bodyMd5);
  const output: Output = { MessageId: sent.messageId, MD5OfMessageBody: bodyMd5 };
  if (draft.attributes !== undefined) output.MD5OfMessageAttributes = md5OfAttributes(draft.attributes);
  if (draft.traceHeader !== undefined) output.MD5OfMessageSystemAttributes = md5OfTrace(draft.traceHeader);
  if (queue.fifo) output.SequenceNumber = sent.sequenceNumber;
  return output;
}

function enqueue(call: Call, queue: Queue, draft: Draft, bodyMd5: string): Sent {
  const { caller, now, state } = call;
  const id = randomId(state.random);
  const sequenceNumber = queue.fifo ? nextSequenceNumber(queue) : '';
  const message = new Message({
    id,
    body: draft.body,
    bodyMd5,
    attributes: draft.attributes,
    // The SDK in a function passes its chain on by a header of the call, and SQS keeps it with the message.
    traceHeader: draft.traceHeader ?? lineageHeader(caller.lineage),
    senderId: senderOf(caller.account),
    groupId: draft.groupId,
    deduplicationId: draft.deduplicationId,
    sequenceNumber: queue.fifo ? sequenceNumber : undefined,
    sentAt: now,
  });
  const delayMs = draft.delayMs ?? queue.settings.delayMs;
  queue.store.put(message, now + delayMs, now);
  const sent = { messageId: id, sequenceNumber };
  if (draft.deduplicationId !== undefined) {
    queue.deduplication.set(deduplicationKey(queue, draft), sent, now);
  }
  traceSend(call, queue, draft, id, delayMs);
  return sent;
}

/**
 * One text for all messages of an account: a text of its own for each would double what some of them weigh.
 */
function senderOf(account: string): string {
  let sender = senders.get(account);
  if (sender === undefined) {
    sender = `AIDA${account}00000`;
    senders.set(account, sender);
  }
  return sender;
}

function traceSend(
  { now, state }: Call,
  queue: Queue,
  draft: Draft,
  messageId: string,
  delayMs: number,
): void {
  if (state.trace === undefined) return;
  const { bytes, groupId } = draft;
  const { account, name, region } = queue;
  const entry = {
    ...({ at: now, service: 'sqs', operation: 'send' } as const),
    ...{ account, region, queue: name, messageId, bytes },
  };
  if (delayMs === 0 && groupId === undefined) state.trace(entry);
  else state.trace({ ...entry, ...(delayMs > 0 && { delayMs }), ...(groupId !== undefined && { groupId }) });
}

/**
 * What was sent under this deduplication id within five minutes. An id that was kept for the whole queue
 * still counts after the scope was changed to the group, and not the other way round (recorded on AWS, August
 * 2025).
 */
function findDuplicate(queue: Queue, draft: Draft, now: number): Sent | undefined {
  const { deduplicationId: id } = draft;
  if (id === undefined) return undefined;
  return queue.deduplication.get(id, now) ?? queue.deduplication.get(deduplicationKey(queue, draft), now);
}

// Neither id can contain the space.
function deduplicationKey(queue: Queue, draft: Draft): string {
  const { deduplicationId = '', groupId = '' } = draft;
  return queue.settings.groupScope ? `${groupId} ${deduplicationId}` : deduplicationId;
}

function md5OfTrace(header: string): string {
  return md5OfAttributes({ AWSTraceHeader: { DataType: 'String', StringValue: header } });
}

function lineageHeader(lineage: number | undefined): string | undefined {
  return lineage === undefined || lineage === 0 ? undefined : `Lineage=${lineage}`;
}

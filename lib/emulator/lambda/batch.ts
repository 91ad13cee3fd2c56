/** What goes to a function for a batch of SQS messages, and what its answer means for them. */
import { isStructure } from './input.ts';

/** A message as ReceiveMessage gives it. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Its record in the event. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly json: string;
  readonly sizeBytes: number;
  readonly traceHeader: string | undefined;
}

/** Bytes that the event has around its records and between two of them. */
export const EVENT_FRAME_BYTES = Buffer.byteLength('{"Records":[]}');

/** Reads a message of a ReceiveMessage answer; undefined when it is none. */
export function toReceived(message: unknown, queueArn: string, region: string): ReceivedMessage | undefined {
  if (!isStructure(message)) return undefined;
  const { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body } = message;
  if (typeof messageId !== 'string' || typeof receiptHandle !== 'string') return undefined;
  const attributes = isStructure(message.Attributes) ? message.Attributes : {};
  const digest = message.MD5OfMessageAttributes;
  const record = {
    messageId,
    receiptHandle,
    body: typeof body === 'string' ? body : '',
    attributes,
    messageAttributes: toMessageAttributes(message.MessageAttributes),
    // Most have none; a spread that adds it where there is one would make every record slowly.
    md5OfMessageAttributes: typeof digest === 'string' ? digest : undefined,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
  const json = JSON.stringify(record);
  const header = attributes.AWSTraceHeader;
  const traceHeader = typeof header === 'string' ? header : undefined;
  return { messageId, receiptHandle, record, json, sizeBytes: Buffer.byteLength(json) + 1, traceHeader };
}

/** The event of a batch, from the records as they were measured. */
export function toEvent(messages: readonly ReceivedMessage[]): string {
  return `{"Records":[${messages.map(({ json }) => json).join(',')}]}`;
}

/**
 * Which messages of the batch succeeded, from the function's answer, by the rules of ReportBatchItemFailures:
 * nothing reported = all; an answer that is no object, no list, or names an item that is missing, empty or
 * not in the batch = none.
 */
export function succeeded(messages: readonly ReceivedMessage[], answer: string): readonly ReceivedMessage[] {
  const failures = readFailures(answer);
  if (failures === undefined) return [];
  if (failures.length === 0) return messages;
  const known = new Set(messages.map(({ messageId }) => messageId));
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = isStructure(failure) ? failure.itemIdentifier : undefined;
    if (typeof id !== 'string' || !known.has(id)) return [];
    failed.add(id);
  }
  return messages.filter(({ messageId }) => !failed.has(messageId));
}

/** The reported failures; undefined when the answer cannot be understood. */
function readFailures(answer: string): readonly unknown[] | undefined {
  if (answer.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer);
  } catch {
    return undefined;
  }
  if (parsed === null || parsed === '') return [];
  if (!isStructure(parsed)) return undefined;
  const failures = parsed.batchItemFailures ?? undefined;
  if (failures === undefined) return [];
  return Array.isArray(failures) ? failures : undefined;
}

function toMessageAttributes(attributes: unknown): Readonly<Record<string, unknown>> {
  if (!isStructure(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      isStructure(attribute) ? toAttribute(attribute) : {},
    ]),
  );
}

function toAttribute(attribute: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { StringValue: text, BinaryValue: binary, DataType: dataType } = attribute;
  return {
    ...(typeof text === 'string' ? { stringValue: text } : {}),
    ...(binary instanceof Uint8Array ? { binaryValue: Buffer.from(binary).toString('base64') } : {}),
    // SQS never fills the lists; Lambda shows them as empty.
    stringListValues: [],
    binaryListValues: [],
    dataType,
  };
}

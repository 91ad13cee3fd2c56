/** A message as the queue keeps it, from send to delete, also while it moves to a dead-letter queue. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What a sender gives, checked. */
export interface NewMessage {
  readonly id: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: MessageAttributes | undefined;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly sentAt: number;
}

/** A class, although it does nothing: a spread would give each message a shape of its own, which is slow. */
export class Message {
  readonly id: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: MessageAttributes | undefined;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly sentAt: number;
  /** A move to a FIFO dead-letter queue replaces it by the message id, so that two of a kind are kept. */
  deduplicationId: string | undefined;
  state: 'delayed' | 'visible' | 'inFlight' = 'delayed';
  /** When a hidden message (delayed or in flight) becomes receivable. */
  availableAt: number;
  /** What retention counts from; a move to a FIFO dead-letter queue resets it, to a standard one does not. */
  enqueuedAt: number;
  /** Over all queues, as ApproximateReceiveCount shows it. */
  receiveCount = 0;
  /** In this queue: what maxReceiveCount is compared with. */
  receivesHere = 0;
  firstReceivedAt: number | undefined = undefined;
  receivedAt = 0;
  /**
   * Counts deliveries and visibility changes: a receive request attempt can be repeated only if nothing
   * happened since.
   */
  version = 0;
  /** Visible because a visibility timeout ran out, not because its consumer gave it back. */
  timedOut = false;
  /** The queue from which it came to a dead-letter queue. */
  sourceArn: string | undefined = undefined;
  /** The place in the queue's order; ties of time are broken by it. */
  rank = 0;
  /** Place in the heap of hidden messages or in its tenant's heap of visible ones: it is never in both. */
  slot = -1;
  /** Place in the heap of ages. */
  ageSlot = -1;
  /** Neighbours in the FIFO group. */
  previous: Message | undefined = undefined;
  next: Message | undefined = undefined;

  constructor(sent: NewMessage) {
    this.id = sent.id;
    this.body = sent.body;
    this.bodyMd5 = sent.bodyMd5;
    this.attributes = sent.attributes;
    this.traceHeader = sent.traceHeader;
    this.senderId = sent.senderId;
    this.groupId = sent.groupId;
    this.sequenceNumber = sent.sequenceNumber;
    this.sentAt = sent.sentAt;
    this.deduplicationId = sent.deduplicationId;
    this.availableAt = sent.sentAt;
    this.enqueuedAt = sent.sentAt;
  }
}

/**
 * How many messages came before a handle was given out is part of it, so each delivery has a handle of its
 * own.
 */
export interface Receipt {
  readonly arn: string;
  readonly messageId: string;
  readonly delivery: number;
}

/** A receipt handle: opaque to clients, self-contained here, so that handles cost no memory. */
export function toHandle(receipt: Receipt): string {
  return Buffer.from(`${receipt.arn} ${receipt.messageId} ${receipt.delivery}`).toString('base64');
}

/** Reads a receipt handle back; undefined for what no queue has given out. */
export function fromHandle(handle: string): Receipt | undefined {
  const text = Buffer.from(handle, 'base64').toString('latin1');
  const [first, last] = [text.indexOf(' '), text.lastIndexOf(' ')];
  const delivery = Number(text.slice(last + 1));
  if (first <= 0 || last <= first || !(delivery > 0)) return undefined;
  return { arn: text.slice(0, first), messageId: text.slice(first + 1, last), delivery };
}

/** A published message, and the forms in which its subscribers get it. */
import type { Input } from '../service.ts';
import type { MessageAttributes } from './message-attributes.ts';
import type { Subscription, Topic } from './state.ts';

export interface Notification {
  readonly topic: Topic;
  readonly messageId: string;
  /** Of FIFO topics only. */
  readonly sequenceNumber: string | undefined;
  readonly subject: string | undefined;
  readonly message: string;
  /** Messages for single protocols, from a message with structure. */
  readonly byProtocol: Readonly<Record<string, string>> | undefined;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly publishedAt: number;
  /** Where the publisher reaches the emulator. */
  readonly endpoint: string;
  /** How many functions the message's chain has passed through. */
  readonly lineage: number | undefined;
}

/** The text for a protocol. */
export function messageFor(notification: Notification, protocol: string): string {
  const { byProtocol, message } = notification;
  return byProtocol !== undefined && Object.hasOwn(byProtocol, protocol)
    ? (byProtocol[protocol] ?? message)
    : message;
}

/** What SendMessage gets, for the subscribed queue and for the dead-letter queue alike. */
export function toQueueMessage(
  subscription: Subscription,
  notification: Notification,
  fifoQueue: boolean,
): Input {
  const { attributes, deduplicationId, groupId, topic } = notification;
  const { raw } = subscription.settings;
  const hasAttributes = raw && Object.keys(attributes).length > 0;
  // The group of a FIFO topic means order, which a standard queue does not have.
  const grouped = fifoQueue || !topic.fifo;
  return {
    MessageBody: raw ? messageFor(notification, 'sqs') : toEnvelope(subscription, notification),
    ...(hasAttributes && { MessageAttributes: attributes }),
    ...(grouped && groupId !== undefined && { MessageGroupId: groupId }),
    ...(fifoQueue && deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
  };
}

/** What a function gets. */
export function toFunctionEvent(subscription: Subscription, notification: Notification): Input {
  const { attributes, messageId, publishedAt, subject, topic } = notification;
  const { certificate, unsubscribe } = urls(subscription, notification);
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: {
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: topic.arn,
      Subject: subject ?? null,
      Message: messageFor(notification, 'lambda'),
      Timestamp: new Date(publishedAt).toISOString(),
      SignatureVersion: topic.attributes.SignatureVersion ?? '1',
      Signature: SIGNATURE,
      SigningCertUrl: certificate,
      UnsubscribeUrl: unsubscribe,
      MessageAttributes: toEnvelopeAttributes(attributes),
    },
  };
  return { Records: [record] };
}

/** Nothing here holds the key of a certificate that a consumer could trust. */
const SIGNATURE = Buffer.from('emulated').toString('base64');

function toEnvelope(subscription: Subscription, notification: Notification): string {
  const { attributes, messageId, publishedAt, sequenceNumber, subject, topic } = notification;
  const { certificate, unsubscribe } = urls(subscription, notification);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    TopicArn: topic.arn,
    ...(subject !== undefined && { Subject: subject }),
    Message: messageFor(notification, subscription.protocol),
    Timestamp: new Date(publishedAt).toISOString(),
    // FIFO topics do not sign.
    ...(!topic.fifo && {
      SignatureVersion: topic.attributes.SignatureVersion ?? '1',
      Signature: SIGNATURE,
      SigningCertURL: certificate,
    }),
    UnsubscribeURL: unsubscribe,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: toEnvelopeAttributes(attributes) }),
  });
}

function urls(subscription: Subscription, { endpoint, topic }: Notification) {
  return {
    certificate: `https://sns.${topic.region}.amazonaws.com/SimpleNotificationService-emulated.pem`,
    unsubscribe: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
  };
}

function toEnvelopeAttributes(attributes: MessageAttributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { BinaryValue, DataType, StringValue }]) => {
      const value = BinaryValue === undefined ? StringValue : Buffer.from(BinaryValue).toString('base64');
      return [name, { Type: DataType, Value: value }];
    }),
  );
}

/** The port Topics over SNS. */
import type { TopicMessage, Topics } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { arnOf, type Place } from './place.ts';
import { failures } from './queues.ts';

/** Topics over SNS; an ARN is the place and the name, so nothing has to be looked up. */
export function createTopics(call: Call, place: () => Promise<Place>): Topics {
  return {
    async publish(topicName, messages) {
      const TopicArn = arnOf(await place(), 'sns', topicName);
      try {
        const PublishBatchRequestEntries = messages.map(toEntry);
        const answer = await call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries });
        return failures(answer.Failed);
      } catch (error) {
        throw marked(error);
      }
    },
  };
}

function toEntry(message: TopicMessage, index: number) {
  const names = Object.entries(message.attributes);
  return {
    Id: String(index),
    Message: message.body,
    MessageAttributes: Object.fromEntries(names.map(([name, attribute]) => [name, { ...attribute }])),
    ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
    ...(message.deduplication === undefined ? {} : { MessageDeduplicationId: message.deduplication }),
  };
}

/** SNS refuses a whole batch for one entry that breaks a rule. */
const ENTRY_FAULT = /^InvalidParameter|^InvalidParameterValue/;
/** The topic or the permission is missing. */
const FINAL = /^(NotFound|AuthorizationError|AccessDenied|InvalidClientTokenId|KMS)|CredentialsProviderError/;

function marked(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (ENTRY_FAULT.test(error.name)) return Object.assign(error, { retryable: false, entryFault: true });
  return FINAL.test(error.name) ? Object.assign(error, { retryable: false }) : error;
}

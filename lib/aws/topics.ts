/** The port Topics over SNS. */
import type { TopicMessage, Topics } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { marked } from './final-error.ts';
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
        throw marked(error, FINAL, ENTRY_FAULT);
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

/** The port Queues over SQS. */
import type { EntryFailure, OutgoingMessage, Queues } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { marked } from './final-error.ts';

/**
 * Queues over SQS; queue URLs are asked for once a process, the other queues of the account follow from the
 * first.
 */
export function createQueues(call: Call): Queues {
  const url = createQueueUrls((service, operation, input) => call(service, operation, input).catch(rethrow));
  return {
    async send(queueName, messages) {
      const answer = await call('sqs', 'SendMessageBatch', {
        QueueUrl: await url(queueName),
        Entries: messages.map(toEntry),
      });
      return failures(answer.Failed);
    },
    async remove(queueName, receipts) {
      const Entries = receipts.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt }));
      const answer = await call('sqs', 'DeleteMessageBatch', { QueueUrl: await url(queueName), Entries });
      return failures(answer.Failed);
    },
    async hide(queueName, receipts, seconds) {
      const Entries = receipts.map((receipt, index) => ({
        Id: String(index),
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }));
      const answer = await call('sqs', 'ChangeMessageVisibilityBatch', {
        QueueUrl: await url(queueName),
        Entries,
      });
      return failures(answer.Failed);
    },
  };
}

/**
 * Queue URLs by name. A URL is the account's base and the name, so one GetQueueUrl tells the base; a queue
 * that is missing shows at its first use.
 */
export function createQueueUrls(call: Call): (queueName: string) => Promise<string> {
  let base: Promise<string> | undefined;
  return async (queueName) => {
    base ??= ask(call, queueName);
    try {
      return (await base) + queueName;
    } catch (error) {
      // The next call asks again: this one may have been throttled, or the stack not deployed yet.
      base = undefined;
      throw error;
    }
  };
}

/** What no second try can mend: the queue, the permission or the credentials are missing. */
const FINAL =
  /^(QueueDoesNotExist|AccessDenied(Exception)?|.*InvalidClientTokenId.*|CredentialsProviderError)$/;

/** Throws on what a call threw, marked where trying again cannot help. */
export function rethrow(error: unknown): never {
  throw marked(error, FINAL);
}

async function ask(call: Call, queueName: string): Promise<string> {
  const { QueueUrl = '' } = await call('sqs', 'GetQueueUrl', { QueueName: queueName });
  return QueueUrl.slice(0, QueueUrl.length - queueName.length);
}

function toEntry(
  message: OutgoingMessage,
  index: number,
): {
  Id: string;
  MessageBody: string;
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
} {
  return {
    Id: String(index),
    MessageBody: message.body,
    ...(message.delaySeconds === undefined ? {} : { DelaySeconds: message.delaySeconds }),
    ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
    ...(message.deduplication === undefined ? {} : { MessageDeduplicationId: message.deduplication }),
  };
}

type Failed = readonly {
  Id?: string | undefined;
  Code?: string | undefined;
  Message?: string | undefined;
  SenderFault?: boolean | undefined;
}[];

/**
 * A batch call answers 200 with its failed entries inside. A sender's fault is not mended by sending again.
 */
export function failures(failed: Failed | undefined): EntryFailure[] {
  return (failed ?? []).map((entry) => ({
    index: Number(entry.Id),
    code: entry.Code ?? 'Unknown',
    message: entry.Message ?? '',
    retryable: entry.SenderFault !== true,
  }));
}

/**
 * The port ReplyQueues over SQS. The commands behind it stand in a table of their own (sdk.ts), so that no
 * worker's bundle holds them: workers only send to reply queues.
 */
import type { Beaten } from '../core/heartbeat.ts';
import type { IdSpace } from '../core/id.ts';
import type { ReplyQueues } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { createQueueUrls, rethrow } from './queues.ts';

/** When the client of a queue last said that it lives, ISO 8601. */
const BEAT = 'celeriac:beat';

const ATTRIBUTES = {
  // A reply is received at once or never; SQS's least would be 60 s, and a client may be cut off for a while.
  MessageRetentionPeriod: '3600',
  // A reply whose answer was lost on its way to the client comes again this soon.
  VisibilityTimeout: '5',
  SqsManagedSseEnabled: 'true',
} as const;

/** Pages of 1,000 names; more reply queues of one app than that are the next sweep's. */
const PAGES_MAX = 100;
const TOGETHER = 10;

/** Reply queues of an app in a stage. */
export function createReplyQueues(plain: Call, { app, stage }: IdSpace): ReplyQueues {
  const call: Call = (service, operation, input, options) =>
    plain(service, operation, input, options).catch(rethrow);
  const url = createQueueUrls(call);
  return {
    async open(queueName, beatAt) {
      await call('sqs', 'CreateQueue', {
        QueueName: queueName,
        Attributes: ATTRIBUTES,
        tags: { 'celeriac:app': app, 'celeriac:stage': stage, [BEAT]: new Date(beatAt).toISOString() },
      });
    },
    async beat(queueName, beatAt) {
      const Tags = { [BEAT]: new Date(beatAt).toISOString() };
      await unlessGone(async () => call('sqs', 'TagQueue', { QueueUrl: await url(queueName), Tags }));
    },
    async receive(queueName, waitSeconds, signal) {
      const answer = await unlessGone(async () => {
        const QueueUrl = await url(queueName);
        const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds };
        return call('sqs', 'ReceiveMessage', input, { signal });
      });
      // SQS gives each message both members.
      return answer === undefined
        ? undefined
        : (answer.Messages ?? []).map(({ Body = '', ReceiptHandle = '' }) => ({
            body: Body,
            receipt: ReceiptHandle,
          }));
    },
    async remove(queueName) {
      await unlessGone(async () => call('sqs', 'DeleteQueue', { QueueUrl: await url(queueName) }));
    },
    list: (prefix) => list(call, prefix),
  };
}

/** What the request resolves to; undefined when its queue does not exist. */
async function unlessGone<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** SQS's own name, and the one that older endpoints give. */
function isGone(error: unknown): boolean {
  return error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name);
}

async function list(call: Call, prefix: string): Promise<readonly Beaten[]> {
  const found: Beaten[] = [];
  let page: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const answer = await call('sqs', 'ListQueues', {
      QueueNamePrefix: prefix,
      MaxResults: 1_000,
      ...(page === undefined ? {} : { NextToken: page }),
    });
    const urls = answer.QueueUrls ?? [];
    for (let start = 0; start < urls.length; start += TOGETHER) {
      const some = await Promise.all(urls.slice(start, start + TOGETHER).map((url) => read(call, url)));
      found.push(...some.flatMap((queue) => queue ?? []));
    }
    page = answer.NextToken;
    if (page === undefined) break;
  }
  return found;
}

/** A queue and its beat; undefined when it has gone since it was listed. */
async function read(call: Call, QueueUrl: string): Promise<Beaten | undefined> {
  const answer = await unlessGone(() => call('sqs', 'ListQueueTags', { QueueUrl }));
  if (answer === undefined) return undefined;
  const beatAt = Date.parse(answer.Tags?.[BEAT] ?? '');
  const queueName = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  return { queueName, beatAt: Number.isNaN(beatAt) ? undefined : beatAt };
}

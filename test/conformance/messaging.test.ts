/** The ports of messaging over every door. */
import { createBlobs } from '../../lib/aws/blobs.ts';
import { createBuses } from '../../lib/aws/buses.ts';
import { createDepths } from '../../lib/aws/depths.ts';
import { createPlace } from '../../lib/aws/place.ts';
import { createQueues, createQueueUrls } from '../../lib/aws/queues.ts';
import { createTopics } from '../../lib/aws/topics.ts';
import type { Emulator } from '../../lib/emulator/index.ts';
import { testBlobs } from './blobs.ts';
import { testBuses } from './buses.ts';
import { testDepths, WORK } from './depths.ts';
import { DOORS, type Door } from './doors.ts';
import type { Received } from './queues.ts';
import { testTopics } from './topics.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const ANY = 'any';
const BUS = 'shop-dev';

/** What ReceiveMessage answers, as far as it is read here. */
interface Answer {
  readonly Messages?: readonly {
    readonly Body: string;
    readonly ReceiptHandle: string;
    readonly Attributes: { readonly ApproximateReceiveCount: string; readonly MessageGroupId?: string };
  }[];
}

const arn = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;

/** A place that is found as in production: by the URL of any queue. */
async function placed({ call, emulator }: Door) {
  await createQueue(emulator, ANY);
  return createPlace(createQueueUrls(call), async () => REGION, ANY);
}

async function createQueue(emulator: Emulator, QueueName: string): Promise<void> {
  const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await emulator.call('sqs', 'CreateQueue', { QueueName, Attributes });
}

async function receive(emulator: Door['emulator'], queueName: string): Promise<readonly Received[]> {
  await emulator.settled();
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: queueName });
  const { Messages = [] } = (await emulator.call('sqs', 'ReceiveMessage', {
    ...{ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 },
    MessageSystemAttributeNames: ['All'],
  })) as Answer;
  return Messages.map(({ Body, ReceiptHandle, Attributes }) => ({
    body: Body,
    receipt: ReceiptHandle,
    receiveCount: Number(Attributes.ApproximateReceiveCount),
    ...(Attributes.MessageGroupId === undefined ? {} : { group: Attributes.MessageGroupId }),
  }));
}

for (const [name, open] of Object.entries(DOORS)) {
  testTopics(name, async () => {
    const door = await open();
    const { call, close, emulator } = door;
    return {
      topics: createTopics(call, await placed(door)),
      close,
      receive: (queueName) => receive(emulator, queueName),
      async create(topicName, queueName, filterPolicy) {
        await createQueue(emulator, queueName);
        const Attributes = topicName.endsWith('.fifo') ? { FifoTopic: 'true' } : {};
        const { TopicArn } = await emulator.call('sns', 'CreateTopic', { Name: topicName, Attributes });
        const filter = filterPolicy === undefined ? {} : { FilterPolicy: JSON.stringify(filterPolicy) };
        await emulator.call('sns', 'Subscribe', {
          ...{ TopicArn, Protocol: 'sqs', Endpoint: arn('sqs', queueName) },
          Attributes: { RawMessageDelivery: 'true', ...filter },
        });
      },
    };
  });

  testBuses(name, async () => {
    const door = await open();
    const { call, close, emulator } = door;
    await emulator.call('eventbridge', 'CreateEventBus', { Name: BUS });
    const on = { EventBusName: BUS };
    return {
      buses: createBuses(call, await placed(door)),
      busName: BUS,
      close,
      now: () => emulator.clock.now(),
      advance: (ms) => emulator.advance(ms),
      receive: (queueName) => receive(emulator, queueName),
      async bind(source, key, queueName) {
        await createQueue(emulator, queueName);
        const EventPattern = JSON.stringify({ source: [source], detail: { key: [key] } });
        const Targets = [{ Id: 'Queue', Arn: arn('sqs', queueName), InputPath: '$.detail.message' }];
        await emulator.call('eventbridge', 'PutRule', { Name: queueName, ...on, EventPattern });
        await emulator.call('eventbridge', 'PutTargets', { Rule: queueName, ...on, Targets });
      },
      async archive(source, archiveName) {
        const EventPattern = JSON.stringify({ source: [source] });
        const EventSourceArn = arn('events', `event-bus/${BUS}`);
        const archive = { ArchiveName: archiveName, EventSourceArn, EventPattern };
        await emulator.call('eventbridge', 'CreateArchive', archive);
      },
    };
  });

  testBlobs(name, async () => {
    const { call, close, emulator } = await open();
    await emulator.call('s3', 'CreateBucket', { Bucket: 'shop-dev-blobs' });
    return {
      blobs: createBlobs(call, async () => 'shop-dev-blobs'),
      lost: createBlobs(call, async () => 'shop-dev-lost'),
      close,
    };
  });

  testDepths(name, async () => {
    const { call, close, emulator } = await open();
    await createQueue(emulator, WORK);
    const queues = createQueues(call);
    const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: WORK });
    return {
      depths: createDepths(call, createQueueUrls(call)),
      queues,
      close,
      advance: (ms) => emulator.advance(ms),
      async receive() {
        const input = { QueueUrl, MaxNumberOfMessages: 1, VisibilityTimeout: 60 };
        const { Messages = [] } = (await emulator.call('sqs', 'ReceiveMessage', input)) as Answer;
        return Messages.length;
      },
    };
  });
}

/** SNS and EventBridge behind the wire: the real SDK clients, in this process, down to the queues. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { createEmulator, type VirtualEmulator } from '#lib/emulator';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:inbox';

async function withQueue(): Promise<{ emulator: VirtualEmulator; options: object; bodies(): string[] }> {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' } });
  await emulator.call('sqs', 'CreateQueue', { QueueName: 'inbox' });
  const options = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler(),
  };
  const bodies = (): string[] =>
    emulator.services.sqs.snapshot().flatMap(({ messages }) => messages.map(({ body }) => body));
  return { emulator, options, bodies };
}

test('a message that is published to a topic reaches the queues whose filter takes it', async () => {
  const { emulator, options, bodies } = await withQueue();
  const sns = new SNSClient(options);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  const Attributes = { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["paid"]}' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE_ARN, Attributes }));

  for (const kind of ['paid', 'created']) {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: kind } };
    await sns.send(new PublishCommand({ TopicArn, Message: `an order was ${kind}`, MessageAttributes }));
  }
  await emulator.settled();

  expect(bodies()).toEqual(['an order was paid']);
});

test('an event reaches the queue of the rule that matches it, as its input path says', async () => {
  const { emulator, options, bodies } = await withQueue();
  const events = new EventBridgeClient(options);
  await events.send(new CreateEventBusCommand({ Name: 'shop' }));
  const rule = { Name: 'paid', EventBusName: 'shop' };
  await events.send(new PutRuleCommand({ ...rule, EventPattern: '{"detail":{"kind":["paid"]}}' }));
  const Targets = [{ Id: 'inbox', Arn: QUEUE_ARN, InputPath: '$.detail.message' }];
  await events.send(new PutTargetsCommand({ Rule: 'paid', EventBusName: 'shop', Targets }));

  const Entries = ['paid', 'created'].map((kind) => ({
    EventBusName: 'shop',
    Source: 'orders',
    DetailType: 'celeriac',
    Detail: JSON.stringify({ kind, message: { about: kind } }),
  }));
  const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries }));
  await emulator.settled();

  expect(FailedEntryCount).toBe(0);
  expect(bodies()).toEqual(['{"about":"paid"}']);
});

/** What targets get: queues, functions, topics, buses, and any operation that is served. */
import { expect, test } from 'vitest';
import { CALLER, createWorld, HOUR, MINUTE, queueArn, scheduleArn, toTarget } from './world.ts';

const AT = 'at(2026-01-01T00:01:00)';
const CONTEXT = JSON.stringify({
  arn: '<aws.scheduler.schedule-arn>',
  time: '<aws.scheduler.scheduled-time>',
  id: '<aws.scheduler.execution-id>',
  attempt: '<aws.scheduler.attempt-number>',
  other: '<aws.scheduler.something>',
});

test('the input tells its target about the fire', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule(AT, { Target: toTarget(queueArn('q'), { Input: CONTEXT }) });

  await world.clock.advance(MINUTE);

  const [body = ''] = await world.bodies('q');
  expect(JSON.parse(body)).toEqual({
    arn: scheduleArn('s'),
    time: '2026-01-01T00:01:00Z',
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    attempt: '1',
    other: '<aws.scheduler.something>',
  });
});

test('a queue gets any text, and a FIFO queue its group', async () => {
  const world = createWorld();
  world.queue('q');
  world.queue('q.fifo', { ContentBasedDeduplication: 'true' });
  const SqsParameters = { MessageGroupId: 'g' };
  world.schedule(AT, { Target: toTarget(queueArn('q'), { Input: 'no JSON' }) });
  world.schedule(AT, {
    ...{ Name: 'fifo', Target: toTarget(queueArn('q.fifo'), { Input: 'first', SqsParameters }) },
  });

  await world.clock.advance(MINUTE);

  expect(await world.bodies('q')).toEqual(['no JSON']);
  const [message] = await world.received('q.fifo');
  expect(message).toMatchObject({ Body: 'first', Attributes: { MessageGroupId: 'g' } });
});

test('a function is invoked asynchronously with the input as its event', async () => {
  const world = createWorld();
  const { arn, events } = await world.fn('worker');
  world.schedule(AT, { Target: toTarget(arn, { Input: '{"job":1}' }) });

  await world.clock.advance(MINUTE);

  expect(events).toEqual([{ job: 1 }]);
});

test('a target without an input gets a notification', async () => {
  const world = createWorld();
  world.queue('q');
  const { arn, events } = await world.fn('worker');
  world.schedule(AT, { Target: toTarget(arn) });
  world.schedule(AT, { Name: 'queue', Target: toTarget(queueArn('q')) });

  await world.clock.advance(MINUTE);

  const notification = {
    ...{ version: '0', id: expect.any(String), 'detail-type': 'Scheduled Event' },
    ...{ source: 'aws.scheduler', account: CALLER.account, region: CALLER.region, detail: '{}' },
    ...{ time: '2026-01-01T00:01:00Z', resources: [scheduleArn('s')] },
  };
  expect(events).toEqual([notification]);
  const [body = ''] = await world.bodies('q');
  expect(JSON.parse(body)).toEqual({ ...notification, resources: [scheduleArn('queue')] });
});

test('a topic gets the input as its message', async () => {
  const world = createWorld();
  world.queue('q');
  const { TopicArn } = await world.sns.call('CreateTopic', { Name: 't' }, CALLER);
  const Attributes = { RawMessageDelivery: 'true' };
  const subscription = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('q'), Attributes };
  await world.sns.call('Subscribe', subscription, CALLER);
  world.schedule(AT, { Target: toTarget(String(TopicArn), { Input: 'news' }) });

  await world.clock.advance(MINUTE);

  expect(await world.bodies('q')).toEqual(['news']);
});

test('a bus gets an event with the input as its detail', async () => {
  const world = createWorld();
  world.queue('q');
  const events = async (operation: string, input: object) =>
    world.eventbridge.call(operation, { ...input }, CALLER);
  const { EventBusArn } = await events('CreateEventBus', { Name: 'app' });
  await events('PutRule', { Name: 'r', EventBusName: 'app', EventPattern: '{"source":["clock"]}' });
  await events('PutTargets', {
    ...{ Rule: 'r', EventBusName: 'app', Targets: [{ Id: 'q', Arn: queueArn('q') }] },
  });
  const EventBridgeParameters = { DetailType: 'tick', Source: 'clock' };
  world.schedule(AT, {
    Target: toTarget(String(EventBusArn), { Input: '{"n":1}', EventBridgeParameters }),
  });

  await world.clock.advance(MINUTE);

  const [body = ''] = await world.bodies('q');
  expect(JSON.parse(body)).toMatchObject({
    ...{ source: 'clock', 'detail-type': 'tick', detail: { n: 1 }, time: '2026-01-01T00:01:00Z' },
  });
});

test('a universal target calls any operation with the parameters of its API', async () => {
  const world = createWorld();
  world.queue('q');
  const { arn, events } = await world.fn('worker');
  const universal = (call: string, input: object) => ({
    Name: call.replace(':', '-'),
    Target: toTarget(`arn:aws:scheduler:::aws-sdk:${call}`, { Input: JSON.stringify(input) }),
  });
  world.schedule(AT, universal('sqs:createQueue', { QueueName: 'made' }));
  world.schedule(
    AT,
    universal('sqs:sendMessage', {
      QueueUrl: 'http://sqs/123456789012/q',
      MessageBody: '<aws.scheduler.scheduled-time>',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'tick' } },
      DelaySeconds: 30,
    }),
  );
  world.schedule(AT, universal('lambda:invoke', { FunctionName: arn, Payload: '{"job":2}' }));

  await world.clock.advance(HOUR);

  expect(await world.received('made')).toEqual([]);
  const [message] = await world.received('q');
  expect(message).toMatchObject({
    Body: '2026-01-01T00:01:00Z',
    MessageAttributes: { kind: { StringValue: 'tick' } },
  });
  expect(events).toEqual([{ job: 2 }]);
  expect(world.trace.filter(({ operation }) => operation === 'drop')).toEqual([]);
});

test('bytes in the parameters of a universal target are base64', async () => {
  const world = createWorld();
  world.queue('q');
  const input = {
    ...{ QueueUrl: 'http://sqs/123456789012/q', MessageBody: 'x' },
    MessageAttributes: { raw: { DataType: 'Binary', BinaryValue: 'AQID' } },
  };
  const Target = toTarget('arn:aws:scheduler:::aws-sdk:sqs:sendMessage', { Input: JSON.stringify(input) });
  world.schedule(AT, { Target });

  await world.clock.advance(MINUTE);

  const [message] = await world.received('q');
  expect([...(message?.MessageAttributes?.raw?.BinaryValue ?? [])]).toEqual([1, 2, 3]);
});

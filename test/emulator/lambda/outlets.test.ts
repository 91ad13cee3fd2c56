/** Destinations and dead-letter targets that are topics and event buses, in a whole emulator. */
import { expect, onTestFinished, test } from 'vitest';
import { createEmulator } from '../../../lib/emulator/index.ts';

const ARN = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const QUEUE_URL = 'http://127.0.0.1:4566/000000000000/heard';

/** A function that fails when it is told to; a topic and a bus that one queue hears. */
async function open(settings: object = {}) {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, seed: 1 });
  onTestFinished(() => emulator.close());
  const { call } = emulator;
  emulator.services.lambda.registerInline('worker', {
    start: () => ({
      async invoke(event) {
        if (Object(event).fail === true) throw new Error('boom');
        return { done: true };
      },
    }),
  });
  const Role = 'arn:aws:iam::000000000000:role/app';
  const code = { Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} };
  await call('lambda', 'CreateFunction', { FunctionName: 'worker', Role, ...code, ...settings });
  await call('sqs', 'CreateQueue', { QueueName: 'heard' });
  await call('sns', 'CreateTopic', { Name: 'told' });
  const raw = { Protocol: 'sqs', Endpoint: ARN('sqs', 'heard'), Attributes: { RawMessageDelivery: 'true' } };
  await call('sns', 'Subscribe', { TopicArn: ARN('sns', 'told'), ...raw });
  await call('eventbridge', 'CreateEventBus', { Name: 'bus' });
  const rule = { Name: 'all', EventBusName: 'bus', EventPattern: '{"source":["lambda"]}' };
  await call('eventbridge', 'PutRule', rule);
  const Targets = [{ Id: 'q', Arn: ARN('sqs', 'heard') }];
  await call('eventbridge', 'PutTargets', { Rule: 'all', EventBusName: 'bus', Targets });
  return {
    call,
    invoke: (event: object) =>
      call('lambda', 'Invoke', {
        ...{ FunctionName: 'worker', InvocationType: 'Event' },
        Payload: new TextEncoder().encode(JSON.stringify(event)),
      }),
    async heard() {
      await emulator.advance(3_600_000);
      const input = { QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
      const { Messages = [] } = await call('sqs', 'ReceiveMessage', input);
      // What the emulator answers has the SDK's shape.
      return Messages as readonly { readonly Body: string; readonly MessageAttributes?: object }[];
    },
  };
}

test('a bus that is a destination gets the record as the detail of an event', async () => {
  const { call, heard, invoke } = await open();
  const Destination = ARN('events', 'event-bus/bus');
  const DestinationConfig = { OnSuccess: { Destination }, OnFailure: { Destination } };
  await call('lambda', 'PutFunctionEventInvokeConfig', { FunctionName: 'worker', DestinationConfig });

  await invoke({ n: 1 });
  await invoke({ fail: true });

  const events = (await heard()).map(({ Body }) => JSON.parse(Body));
  expect(events).toMatchObject([
    {
      source: 'lambda',
      'detail-type': 'Lambda Function Invocation Result - Success',
      resources: [Destination, ARN('lambda', 'function:worker')],
      detail: { requestContext: { condition: 'Success' }, requestPayload: { n: 1 } },
    },
    {
      'detail-type': 'Lambda Function Invocation Result - Failure',
      detail: { requestContext: { condition: 'RetriesExhausted' }, requestPayload: { fail: true } },
    },
  ]);
});

test('a topic that is a destination gets the record as its message', async () => {
  const { call, heard, invoke } = await open();
  const DestinationConfig = { OnFailure: { Destination: ARN('sns', 'told') } };
  await call('lambda', 'PutFunctionEventInvokeConfig', { FunctionName: 'worker', DestinationConfig });

  await invoke({ fail: true });

  const [message] = await heard();
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    responsePayload: { errorMessage: 'boom' },
  });
});

test('a topic that takes dead letters gets the event itself, with the error as attributes', async () => {
  const { heard, invoke } = await open({ DeadLetterConfig: { TargetArn: ARN('sns', 'told') } });

  await invoke({ fail: true });

  const [message] = await heard();
  expect(message?.Body).toBe('{"fail":true}');
  expect(message?.MessageAttributes).toMatchObject({
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'boom' },
  });
});

test('a FIFO topic is refused as a destination', async () => {
  const { call } = await open();
  const DestinationConfig = { OnFailure: { Destination: ARN('sns', 'told.fifo') } };

  const put = call('lambda', 'PutFunctionEventInvokeConfig', { FunctionName: 'worker', DestinationConfig });

  await expect(put).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('FIFO topics are not supported'),
  });
});

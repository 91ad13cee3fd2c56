import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { queueArn, refusal } from './rig.ts';
import { open } from './stream-rig.ts';

test('a mapping shows what it was asked for', async () => {
  const world = open();
  await world.map({ MaximumRetryAttempts: 5, BisectBatchOnFunctionError: true });

  const { EventSourceMappings } = await world.call('ListEventSourceMappings', { EventSourceArn: world.arn });

  expect(EventSourceMappings).toEqual([
    expect.objectContaining({
      ...{ EventSourceArn: world.arn, StartingPosition: 'TRIM_HORIZON', BatchSize: 100, State: 'Enabled' },
      ...{ MaximumRetryAttempts: 5, BisectBatchOnFunctionError: true, MaximumRecordAgeInSeconds: -1 },
    }),
  ]);
});

const INVALID = 'InvalidParameterValueException';

test.each<[string, Input, string, string]>([
  [
    'no starting position',
    { StartingPosition: undefined },
    'ValidationException',
    "at 'startingPosition' failed",
  ],
  ['a time to start from', { StartingPosition: 'AT_TIMESTAMP' }, INVALID, 'Unsupported starting position'],
  [
    'parallel batches',
    { ParallelizationFactor: 2 },
    'NotImplementedException',
    'ParallelizationFactor of Create',
  ],
  [
    'tumbling windows',
    { TumblingWindowInSeconds: 5 },
    'NotImplementedException',
    'TumblingWindowInSeconds of Create',
  ],
  [
    'a stream that is not there',
    { EventSourceArn: `${queueArn('x').replace('sqs', 'dynamodb').replace(':x', '')}:table/none/stream/1` },
    INVALID,
    'Stream not found',
  ],
  [
    'an age under a minute',
    { MaximumRecordAgeInSeconds: 5 },
    INVALID,
    'MaximumRecordAgeInSeconds is -1 or at least 60',
  ],
  [
    'a FIFO destination',
    { DestinationConfig: { OnFailure: { Destination: queueArn('x.fifo') } } },
    INVALID,
    'FIFO queues are not supported',
  ],
])('a mapping with %s is refused', async (_title, more, name, message) => {
  const world = open();

  const refused = await refusal(() => world.map(more));

  expect(refused.name).toBe(name);
  expect(refused.message).toContain(message);
});

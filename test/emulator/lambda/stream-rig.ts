/** A table with a stream, and a function that is mapped to it. */
import { createDynamodb, type Dynamodb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { createLambda } from '../../../lib/emulator/lambda/lambda.ts';
import type { Input } from '../../../lib/emulator/service.ts';
import { createSqs } from '../../../lib/emulator/sqs/sqs.ts';
import { createVirtualClock } from '../../../lib/emulator/virtual-clock.ts';
import { caller, functionInput, START } from './rig.ts';

export interface StreamEvent {
  readonly Records: readonly {
    readonly eventName: string;
    readonly eventSourceARN: string;
    readonly dynamodb: {
      readonly SequenceNumber: string;
      readonly ApproximateCreationDateTime: number;
      readonly Keys: { readonly id: { readonly S: string } };
      readonly NewImage?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
  }[];
}

/** A table with a stream, a function, and what it got: ids of each batch, with seconds since the start. */
export function open(answer: (ids: readonly string[], event: StreamEvent) => unknown = () => undefined) {
  const clock = createVirtualClock(START);
  const sqs = createSqs({ clock });
  const dynamodb: Dynamodb = createDynamodb({ clock });
  const lambda = createLambda({ clock, sqs, streams: dynamodb, endpoint: () => undefined });
  const batches: { readonly at: number; readonly ids: readonly string[] }[] = [];
  const events: StreamEvent[] = [];
  lambda.registerInline('worker', {
    start: () => ({
      async invoke(input) {
        // The mapping gives records of the table's stream.
        const event = input as StreamEvent;
        const ids = event.Records.map(({ dynamodb: { Keys } }) => Keys.id.S);
        batches.push({ at: (clock.now() - START) / 1000, ids });
        events.push(event);
        return answer(ids, event);
      },
    }),
  });
  void lambda.call('CreateFunction', functionInput('worker', { Code: {} }), caller);
  const { TableDescription } = dynamodb.call('CreateTable', TABLE, caller);
  const arn = String(Object(TableDescription).LatestStreamArn);
  const world = {
    ...{ clock, sqs, dynamodb, lambda, batches, events, arn },
    put(id: string, more: Input = {}) {
      dynamodb.call('PutItem', { TableName: 'runs', Item: { id: { S: id }, ...more } }, caller);
    },
    map: (more: Input = {}) =>
      world.call('CreateEventSourceMapping', {
        ...{ FunctionName: 'worker', EventSourceArn: arn, StartingPosition: 'TRIM_HORIZON', ...more },
      }),
    call: async (operation: string, input: Input) => lambda.call(operation, input, caller),
  };
  return world;
}

const TABLE = {
  TableName: 'runs',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
};

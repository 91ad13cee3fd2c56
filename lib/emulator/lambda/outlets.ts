/**
 * Where Lambda puts what is over: destinations and dead-letter targets that are queues, topics or buses.
 * Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
 */
import type { Caller, Input, Service } from '../service.ts';
import { baseArn, outletOf, placeOf } from './arn.ts';
import { notServed } from './errors.ts';
import type { QueueClient } from './queue-client.ts';

/** The services of topics and buses; they are made after Lambda, since they invoke functions themselves. */
export interface OutletServices {
  sns?: Pick<Service, 'call'>;
  eventbridge?: Pick<Service, 'call'>;
}

export interface OutletOptions {
  readonly queue: (arn: string) => QueueClient;
  readonly services: OutletServices;
  readonly endpoint: () => string | undefined;
}

/** A record of an invocation, and what buses are told beside it. */
export interface InvocationRecord {
  readonly text: string;
  readonly functionArn: string;
  readonly success: boolean;
}

export interface Outlets {
  /** Sends a text to a queue or a topic. */
  send(arn: string, body: string, attributes?: Input, lineage?: number): Promise<void>;
  /** Hands a record over: to a bus as the detail of an event, else as a text. */
  record(arn: string, record: InvocationRecord, lineage: number): Promise<void>;
}

export function createOutlets({ queue, services, endpoint }: OutletOptions): Outlets {
  const caller = (arn: string, lineage?: number): Caller => ({
    ...placeOf(arn),
    endpoint: endpoint() ?? 'http://127.0.0.1',
    ...(lineage === undefined ? {} : { lineage }),
  });
  const outlets: Outlets = {
    async send(arn, body, attributes, lineage) {
      if (outletOf(arn)?.kind === 'queue') return queue(arn).send(body, attributes, lineage);
      if (services.sns === undefined) throw notServed(`the topic ${arn}`);
      const more = attributes === undefined ? {} : { MessageAttributes: attributes };
      await services.sns.call('Publish', { TopicArn: arn, Message: body, ...more }, caller(arn, lineage));
    },
    async record(arn, { text, functionArn, success }, lineage) {
      if (outletOf(arn)?.kind !== 'bus') return outlets.send(arn, text, undefined, lineage);
      if (services.eventbridge === undefined) throw notServed(`the event bus ${arn}`);
      const entry = {
        EventBusName: arn,
        Source: 'lambda',
        DetailType: `Lambda Function Invocation Result - ${success ? 'Success' : 'Failure'}`,
        Detail: text,
        // Which qualifier the function has there is not documented; the record says it.
        Resources: [arn, baseArn(functionArn)],
      };
      await services.eventbridge.call('PutEvents', { Entries: [entry] }, caller(arn, lineage));
    },
  };
  return outlets;
}

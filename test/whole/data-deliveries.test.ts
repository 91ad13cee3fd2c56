/**
 * What SNS and EventBridge have accepted, against kill -9: each message that a publisher was told of arrives
 * in the queue, and once. Three rounds; CELERIAC_DATA_ROUNDS says another number.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { type Server, start } from './emulator-process.ts';

const ROUNDS = Number(process.env.CELERIAC_DATA_ROUNDS ?? 3);
const PUBLISHERS = 4;
/** Publishes of one round, at most. */
const CALLS = 600;

interface Clients {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
}

interface Books {
  readonly accepted: Set<string>;
  /** Asked for and never answered: they may arrive or not. */
  readonly unknown: Set<string>;
}

function clientsOf({ url }: Server): Clients {
  const options = {
    ...{ endpoint: url, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'x' },
  };
  return {
    sqs: new SQSClient(options),
    sns: new SNSClient(options),
    events: new EventBridgeClient(options),
  };
}

const ACCOUNT = 'us-east-1:000000000000';
const TOPIC = `arn:aws:sns:${ACCOUNT}:orders`;
const QUEUES = ['from-sns', 'from-events'] as const;
const arnOf = (queue: string) => `arn:aws:sqs:${ACCOUNT}:${queue}`;

async function prepare({ sqs, sns, events }: Clients): Promise<void> {
  for (const QueueName of QUEUES) await sqs.send(new CreateQueueCommand({ QueueName }));
  await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  await sns.send(
    new SubscribeCommand({
      ...{ TopicArn: TOPIC, Protocol: 'sqs', Endpoint: arnOf(QUEUES[0]) },
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  await events.send(new CreateEventBusCommand({ Name: 'shop' }));
  const rule = { Name: 'all', EventBusName: 'shop', EventPattern: '{"source":["orders"]}' };
  await events.send(new PutRuleCommand(rule));
  const Targets = [{ Id: 'q', Arn: arnOf(QUEUES[1]), InputPath: '$.detail' }];
  await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'shop', Targets }));
}

/** Publishes by both ways until the server is gone; kills it after so many answers. */
async function publish(server: Server, round: number, killAfter: number, books: Books): Promise<void> {
  const { sns, events } = clientsOf(server);
  let calls = 0;
  const ask = async (text: string, send: () => Promise<unknown>): Promise<boolean> => {
    books.unknown.add(text);
    try {
      await send();
    } catch {
      // Whatever breaks on the way to an answer is a server that has died.
      return false;
    }
    books.unknown.delete(text);
    books.accepted.add(text);
    calls += 1;
    if (calls === killAfter) server.child.kill('SIGKILL');
    return calls < CALLS;
  };
  const publisher = async (name: string) => {
    for (let n = 0; ; n++) {
      const [message, event] = [`sns ${round} ${name} ${n}`, `event ${round} ${name} ${n}`];
      const topic = { TopicArn: TOPIC, Message: message };
      if (!(await ask(message, () => sns.send(new PublishCommand(topic))))) return;
      const entry = { Source: 'orders', DetailType: 'order', EventBusName: 'shop' };
      const Entries = [{ ...entry, Detail: JSON.stringify({ event }) }];
      if (!(await ask(event, () => events.send(new PutEventsCommand({ Entries }))))) return;
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, (_, index) => publisher(String(index))));
}

/** How many polls that bring nothing are answered before what has not come is lost. */
const EMPTY_MAX = 30;

/** Everything in a queue, with how often; what was accepted and is still on its way is waited for. */
async function contents(
  { sqs }: Clients,
  queue: string,
  accepted: readonly string[],
): Promise<readonly string[]> {
  const QueueUrl = `http://127.0.0.1/000000000000/${queue}`;
  const found: string[] = [];
  for (let empty = 0; ; ) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 600 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) {
      empty += 1;
      const come = new Set(found);
      if (empty === EMPTY_MAX || accepted.every((text) => come.has(text))) return found;
      continue;
    }
    found.push(...Messages.map(({ Body = '' }) => (Body.startsWith('{') ? JSON.parse(Body).event : Body)));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `e${index}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

test(`after kill -9 what SNS and EventBridge have accepted arrives, once (${ROUNDS} rounds)`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-kill-'));
  const books: Books = { accepted: new Set(), unknown: new Set() };
  let server = await start(folder);
  try {
    await prepare(clientsOf(server));
    for (let round = 0; round < ROUNDS; round++) {
      const ended = once(server.child, 'exit');
      await publish(server, round, Math.floor((CALLS * (round + 1)) / (ROUNDS + 1)), books);
      await ended;
      server = await start(folder);
    }
    const clients = clientsOf(server);
    const accepted = [...books.accepted];
    const found = (
      await Promise.all(
        QUEUES.map((queue) => {
          const prefix = queue === 'from-sns' ? 'sns' : 'event';
          return contents(
            clients,
            queue,
            accepted.filter((text) => text.startsWith(prefix)),
          );
        }),
      )
    ).flat();

    const times = new Map<string, number>();
    for (const text of found) times.set(text, (times.get(text) ?? 0) + 1);
    expect({
      missing: [...books.accepted].filter((text) => !times.has(text)),
      twice: [...times].filter(([, count]) => count > 1),
      strangers: found.filter((text) => !books.accepted.has(text) && !books.unknown.has(text)),
    }).toEqual({ missing: [], twice: [], strangers: [] });
    expect(books.accepted.size).toBeGreaterThan(ROUNDS * 100);
  } finally {
    server.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * The emulator's data folder against kill -9, over HTTP: what was answered is there, and nothing twice. Five
 * rounds; CELERIAC_DATA_ROUNDS=20 runs as many as the promise was made for.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Server, start } from './emulator-process.ts';

const ROUNDS = Number(process.env.CELERIAC_DATA_ROUNDS ?? 5);
/** Calls of one round, most of them with ten messages: about 10,000 sends and receives. */
const CALLS = 3000;
const SENDERS = 4;
const RECEIVERS = 6;
const BATCH = 10;

/** What clients know: which bodies they were told are sent, received, deleted. */
interface Books {
  readonly sent: Set<string>;
  /** Asked for and never answered: they may be there or not. */
  readonly unknown: Set<string>;
  readonly deleted: Set<string>;
  readonly unsureDeleted: Set<string>;
  readonly items: Map<string, number>;
}

/** A call in AWS's JSON protocol; undefined when the server died before it answered. */
async function call(
  url: string,
  target: string,
  input: unknown,
): Promise<Record<string, unknown> | undefined> {
  const service = target.startsWith('AmazonSQS') ? 'sqs' : 'dynamodb';
  const credential = `Credential=000000000000/20260101/us-east-1/${service}/aws4_request`;
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
  };
  let answer: { readonly ok: boolean; readonly text: string };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
    answer = { ok: response.ok, text: await response.text() };
  } catch {
    // Whatever breaks on the way to an answer is a server that has died.
    return undefined;
  }
  if (!answer.ok) throw new Error(`${target}: ${answer.text}`);
  // AWS's protocol answers with an object.
  return JSON.parse(answer.text || '{}') as Record<string, unknown>;
}

const QUEUE = 'http://127.0.0.1/000000000000/jobs';

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Sends, receives, deletes and writes until the server is gone; kills it after so many calls. */
async function work(server: Server, round: number, killAfter: number, books: Books): Promise<void> {
  const { url, child } = server;
  let calls = 0;
  let next = 0;
  const isOver = () => {
    calls += 1;
    if (calls === killAfter) child.kill('SIGKILL');
    return calls > CALLS;
  };
  const sender = async () => {
    while (!isOver()) {
      const bodies = range(BATCH).map(() => `${round}-${next++}`);
      const Entries = bodies.map((body, index) => ({ Id: `e${index}`, MessageBody: body }));
      const answer = await call(url, 'AmazonSQS.SendMessageBatch', { QueueUrl: QUEUE, Entries });
      for (const body of bodies) (answer === undefined ? books.unknown : books.sent).add(body);
      if (answer === undefined) return;
    }
  };
  const receiver = async () => {
    while (!isOver()) {
      const messages = await receive(url);
      if (messages === undefined) return;
      if (messages.length === 0) continue;
      const answer = await remove(url, messages);
      const done = answer === undefined ? books.unsureDeleted : books.deleted;
      for (const { Body } of messages) done.add(Body);
      if (answer === undefined) return;
    }
  };
  const writer = async (name: string) => {
    for (let n = 1; !isOver(); n++) {
      const Item = { id: { S: name }, n: { N: String(n) } };
      if ((await call(url, 'DynamoDB_20120810.PutItem', { TableName: 'runs', Item })) === undefined) return;
      books.items.set(name, n);
    }
  };
  const writers = range(2).map((index) => writer(`${round}-${index}`));
  await Promise.all([...range(SENDERS).map(sender), ...range(RECEIVERS).map(receiver), ...writers]);
}

async function receive(
  url: string,
): Promise<readonly { readonly Body: string; readonly ReceiptHandle: string }[] | undefined> {
  const answer = await call(url, 'AmazonSQS.ReceiveMessage', { QueueUrl: QUEUE, MaxNumberOfMessages: BATCH });
  if (answer === undefined) return undefined;
  // ReceiveMessage answers with a list of these.
  return (answer.Messages ?? []) as readonly { readonly Body: string; readonly ReceiptHandle: string }[];
}

function remove(url: string, messages: readonly { readonly ReceiptHandle: string }[]) {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `e${index}`, ReceiptHandle }));
  return call(url, 'AmazonSQS.DeleteMessageBatch', { QueueUrl: QUEUE, Entries });
}

/** Every body that is in the queue, hidden or not, with how often. */
async function contents(url: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (;;) {
    const messages = await receive(url);
    if (messages === undefined) throw new Error('the emulator is gone');
    if (messages.length === 0) return found;
    for (const { Body } of messages) found.set(Body, (found.get(Body) ?? 0) + 1);
    // At most 120,000 messages of a queue may be in flight.
    await remove(url, messages);
  }
}

test(`after kill -9 what was acknowledged is there, and nothing twice (${ROUNDS} rounds)`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-kill-'));
  const books: Books = {
    ...{
      sent: new Set(),
      unknown: new Set(),
      deleted: new Set(),
      unsureDeleted: new Set(),
      items: new Map(),
    },
  };
  let server = await start(folder);
  await call(server.url, 'AmazonSQS.CreateQueue', { QueueName: 'jobs' });
  await call(server.url, 'DynamoDB_20120810.CreateTable', {
    TableName: 'runs',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  try {
    for (const round of range(ROUNDS)) {
      const ended = once(server.child, 'exit');
      // Early, late and in between; the same in each run.
      await work(server, round, Math.floor((CALLS * (round + 1)) / (ROUNDS + 1)), books);
      await ended;
      server = await start(folder);
    }
    // An hour later, whatever killed receivers had taken is visible again.
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    server = await start(folder, '--virtual', new Date(Date.now() + 3_600_000).toISOString());
    const left = await check(server.url, books);
    expect(left).toEqual({ missing: [], twice: [], resurrected: [], strangers: [], stale: [] });
    expect(books.sent.size).toBeGreaterThan(ROUNDS * 100);
  } finally {
    server.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

async function check(url: string, books: Books) {
  await call(url, 'AmazonSQS.SetQueueAttributes', {
    QueueUrl: QUEUE,
    Attributes: { VisibilityTimeout: '600' },
  });
  const found = await contents(url);
  const stale: string[] = [];
  for (const [name, n] of books.items) {
    const answer = await call(url, 'DynamoDB_20120810.GetItem', {
      TableName: 'runs',
      Key: { id: { S: name } },
    });
    const kept = Number(Object(Object(answer?.Item).n).N);
    // The write after the last answered one may have been carried out.
    if (kept !== n && kept !== n + 1) stale.push(`${name}: ${kept} of ${n}`);
  }
  const gone = (body: string) => books.deleted.has(body) || books.unsureDeleted.has(body);
  return {
    missing: [...books.sent].filter((body) => !found.has(body) && !gone(body)),
    twice: [...found].filter(([, count]) => count > 1),
    resurrected: [...found.keys()].filter((body) => books.deleted.has(body)),
    strangers: [...found.keys()].filter((body) => !books.sent.has(body) && !books.unknown.has(body)),
    stale,
  };
}

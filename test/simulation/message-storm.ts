/**
 * The app of the storm of messages: consumers of every kind, messages for several takers, dead letters that
 * go to an exchange, and work that waits and comes back.
 */
import {
  bind,
  type Context,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  exponential,
  type Queue,
  RejectError,
} from '#lib';
import { ALL_FAULTS, type Simulation, simulate } from '#lib/testing';
import { parseMessage } from '../../lib/core/message.ts';
import { queueName } from '../../lib/define/resource-name.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { watchRecords } from './storm.ts';

const RETRY = { attempts: 4, backoff: exponential('2s', { max: '30s', jitter: true }) };
const SAFE = { visibility: '1m', deadLetter: { after: 5 } } as const;

export const BEHAVIOURS = ['take', 'fail twice', 'always fail', 'reject', 'sleep', 'reject twice'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface Body {
  readonly index: number;
  readonly behaviour: Behaviour;
}

/** Where messages of the storm go, and the names under which they are taken there. */
export const PLACES = {
  plain: ['queue:plain'],
  once: ['queue:once'],
  line: ['queue:line'],
  early: ['queue:early'],
  feed: ['left', 'right', 'queue:feed'],
  work: ['queue:work'],
} as const;
export type Place = keyof typeof PLACES;

/** A world of its own for one seed. */
export function createMessageStorm(seed: number) {
  const dlx = defineExchange('dlx', { type: 'topic', internal: true });
  const news = defineExchange('news', { type: 'topic' });
  const wait: Queue = defineQueue('wait', { expires: '2m', deadLetter: { to: () => work } });
  const work = defineQueue('work', { ...SAFE, deadLetter: { after: 5, to: wait } });
  const morgue = defineQueue('morgue', SAFE);
  const queues = {
    plain: defineQueue('plain', { ...SAFE, deadLetter: { after: 5, to: dlx, routingKey: 'dead.plain' } }),
    once: defineQueue('once', SAFE),
    line: defineQueue('line', { ...SAFE, ordered: true }),
    early: defineQueue('early', SAFE),
    feed: defineQueue('feed', SAFE),
    ...{ work, wait, morgue },
  };
  /** By taker and message: how often a handler began, and whether one came to its end. */
  const starts = new Map<string, number>();
  const done = new Set<string>();
  const refused = new Map<string, number>();
  let healed = false;

  async function run(who: string, body: Body, id: string, context: Context): Promise<void> {
    const key = `${who} ${id}`;
    starts.set(key, (starts.get(key) ?? 0) + 1);
    if (!healed) await behave(key, body, context);
    done.add(key);
  }

  async function behave(key: string, { behaviour }: Body, { attempt, sleep }: Context): Promise<void> {
    if (behaviour === 'sleep') await sleep('3s');
    if (behaviour === 'fail twice' && attempt <= 2) throw new Error('not yet');
    if (behaviour === 'always fail') throw new Error('never');
    if (behaviour === 'reject') throw new RejectError('not this one');
    const before = refused.get(key) ?? 0;
    if (behaviour !== 'reject twice' || before >= 2) return;
    refused.set(key, before + 1);
    throw new RejectError('not this time');
  }

  const consume = (queue: Queue, options: { once?: boolean; ack?: 'early' } = {}) =>
    defineConsumer(queue, {
      retry: RETRY,
      ...options,
      // The storm publishes nothing but its own bodies.
      run: (delivery: Delivery, context) =>
        run(`queue:${queue.name}`, delivery.body as Body, delivery.properties.messageId, context),
    });
  const take = (name: string) =>
    defineTask(name, {
      queue: queues.feed,
      retry: RETRY,
      run: (body: unknown, context) => {
        // As above; a task is told its own id, so its messages are told apart by their index.
        const { index } = body as Body;
        return run(name, body as Body, `m${index}`, context);
      },
    });
  const app = defineApp('posts', {
    tasks: [],
    consumers: [
      consume(queues.plain),
      consume(queues.once, { once: true }),
      consume(queues.line),
      consume(queues.early, { ack: 'early' }),
      consume(queues.feed),
      consume(work, { once: true }),
      consume(morgue, { once: true }),
    ],
    bindings: [
      bind(news, 'feed.#', take('left')),
      bind(news, 'feed.*', take('right')),
      bind(news, '#', queues.feed),
      bind(dlx, 'dead.*', morgue),
    ],
  });
  const records = watchRecords();
  /** Dead letters that could not be sent on, since every try of it failed: they stay beside their queue. */
  const unsent = new Set<unknown>();
  const log = ({ message, id, why }: LogLine): void => {
    if (message === 'not sent on' && String(why).startsWith('SendError')) unsent.add(id);
  };
  const sim: Simulation = simulate(app, { seed, faults: ALL_FAULTS, onCall: records.onCall, log });
  const heal = (): void => {
    healed = true;
  };
  return { sim, queues, starts, done, unsent, records, heal };
}

export type MessageStorm = ReturnType<typeof createMessageStorm>;

/** Publishes a message as a publisher does: on its exchange for the feed, else straight to the queue. */
export async function publish({ sim, queues }: MessageStorm, place: Place, body: Body): Promise<void> {
  await sim.settle();
  const queue = queues[place];
  const via = place === 'feed' ? { exchange: 'news', key: 'feed.1' } : { exchange: '', key: place };
  const { QueueUrl } = await sim.emulator.call('sqs', 'GetQueueUrl', {
    QueueName: queueName('posts', 'dev', queue),
  });
  const id = `m${body.index}`;
  await sim.emulator.call('sqs', 'SendMessage', {
    QueueUrl,
    MessageBody: JSON.stringify({ celeriac: 1, id, input: body, via, sentAt: 0, claim: place === 'once' }),
    ...(queue.ordered ? { MessageGroupId: 'all', MessageDeduplicationId: id } : {}),
  });
}

/** A message in a dead-letter queue: who it was for, which message it was, and why it is there. */
export interface Dead {
  readonly id: string;
  readonly key: string;
  readonly queue: string;
  readonly generation: number;
  readonly reason: string;
  readonly history: readonly string[];
}

/**
 * The reason of what SQS's own count has moved as it was, the net below `deadLetter.after`: each worker that
 * had it died before it could tell of its end. It is safe there and runs when redriven.
 */
export const UNTOLD = 'untold';

/**
 * What is dead, the told ones first; `before` is what had been dead when it was redriven. A worker's dead
 * letter names its queue, and is the next generation of its message.
 */
export function deadOf({ sim, queues }: MessageStorm, before: readonly Dead[] = []): readonly Dead[] {
  const known = new Set(before.map(({ id, queue, generation }) => `${queue} ${id} ${generation}`));
  const all = Object.values(queues).flatMap((queue) =>
    sim.deadLetters(queue).map(({ id, task, via, generation, dead, history }) => {
      const isTold = dead?.queue === queue.name && !known.has(`${queue.name} ${id} ${generation}`);
      return {
        id,
        key: `${task} ${via?.id ?? id}`,
        queue: queue.name,
        generation,
        reason: isTold ? String(dead.reason) : UNTOLD,
        history: history.map(({ reason }) => String(reason)),
      };
    }),
  );
  return all.toSorted((one, other) => Number(one.reason === UNTOLD) - Number(other.reason === UNTOLD));
}

/** Moves time until nothing is on its way any more; what still is after two days waits for ever. */
export async function finish({ sim, queues }: MessageStorm): Promise<readonly string[]> {
  const names = Object.values(queues).map((queue) => queueName('posts', 'dev', queue));
  const left = (): readonly string[] =>
    sim.emulator.services.sqs
      .snapshot()
      .filter(({ name }) => names.includes(name))
      .flatMap(({ messages }) => messages.map(({ body }) => body));
  for (let hour = 0; hour < 48 && (hour === 0 || left().length > 0); hour++) await sim.advance('1h');
  return left().map((body) => {
    const parsed = parseMessage(body);
    return parsed.kind === 'message' ? JSON.stringify(parsed.message.via) : body;
  });
}

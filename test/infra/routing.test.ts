/**
 * What RabbitMQ routes where, by the whole path: the client publishes over the SDK, the synthesized template
 * is loaded into the emulator, and what lies in the queues is looked at.
 */
import { describe, expect, test } from 'vitest';
import type { App, Client, PublishOptions, Queue } from '#lib';
import { type ConnectOptions, connect } from '#lib/aws';
import { createEmulator, type VirtualEmulator } from '#lib/emulator';
import type { AnyExchange, Transport } from '../../lib/define/exchange.ts';
import { arrived, byQueue, looseQueues, toApp } from '../testing/scenario.ts';
import { DIRECT_SCENARIOS, LEFT_OUT, SCENARIOS, type Scenario } from '../testing/vectors.ts';
import recorded from '../vectors/routing.json' with { type: 'json' };
import topics from '../vectors/topic-routing.json' with { type: 'json' };
import { synthesize } from './stack.ts';

test('every recorded scenario is here, but for those that name a reason', () => {
  expect(SCENARIOS.length + LEFT_OUT.length).toBe(recorded.length + topics.length);
});

describe.each<Transport | undefined>([undefined, 'sns'])('over %s', (transport) => {
  // Twenty-six words are more than the five facts that a filter policy may ask for.
  const possible = [...SCENARIOS, ...DIRECT_SCENARIOS].filter(
    ({ id }) => transport !== 'sns' || id !== 'db.deep',
  );

  test.each(possible)(
    'scenario $id brings each message once to the recorded queues, and nothing elsewhere',
    async ({ table, publishes: all }) => {
      const app = toApp(table, transport);
      // Over the default exchange one publishes to a queue: to one that does not exist there is no value.
      const publishes = all.filter(
        ({ exchange, message }) => exchange !== '' || table.queues.includes(message.key),
      );
      const { cdk, folder } = synthesize(app);
      cdk.synth();
      await using emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' } });
      await emulator.load(folder);
      await using client = connectTo(emulator, app);

      const outcomes = await publishAll(client, app, publishes);
      await emulator.settled();

      // Nothing has a worker, so what arrived is still there.
      expect(looseQueues(app).size).toBe(0);
      expect(outcomes).toEqual(
        publishes.map(({ queues }) => (queues.length > 0 ? 'confirmed' : 'UNROUTABLE')),
      );
      expect(arrived(emulator)).toEqual(byQueue(publishes.map(({ queues }, index) => [`m${index}`, queues])));
      expect(seen(emulator)).toMatchObject(
        Object.fromEntries(publishes.flatMap((one, index) => (one.seen ? [[`m${index}`, one.seen]] : []))),
      );
    },
  );
});

/** A client as in any process, but for the sockets. */
function connectTo(emulator: VirtualEmulator, app: App): Client {
  return connect(app, {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // The emulator does not import the SDK, so its handler has the handler's shape but not its type.
    requestHandler: emulator.requestHandler() as NonNullable<ConnectOptions['requestHandler']>,
  });
}

// Scenarios are data, which the types of users' exchanges cannot be shown to fit.
type AnyPublish = (to: AnyExchange | Queue, ...rest: readonly unknown[]) => Promise<unknown>;

async function publishAll(
  client: Client,
  app: App,
  publishes: Scenario['publishes'],
): Promise<readonly string[]> {
  const publish = client.publish as unknown as AnyPublish;
  return Promise.all(
    publishes.map(async ({ exchange, message }, index) => {
      const { key } = message;
      const options: PublishOptions = {
        mandatory: true,
        messageId: `m${index}`,
        ...(message.headers === undefined || message.headers === null ? {} : { headers: message.headers }),
      };
      const to = app.exchanges.find(({ name }) => name === exchange);
      const queue = app.queues.find(({ name }) => name === key);
      if (to === undefined && queue === undefined) throw new Error(`there is no '${exchange}', no '${key}'`);
      const sending = to === undefined ? publish(queue as Queue, {}, options) : publish(to, key, {}, options);
      return sending.then(
        () => 'confirmed',
        (error) => error.code,
      );
    }),
  );
}

/** The headers of each message, as its consumers see them. */
function seen(emulator: VirtualEmulator): Readonly<Record<string, readonly string[]>> {
  const bodies = emulator.services.sqs
    .snapshot()
    .flatMap(({ messages }) => messages.map(({ body }) => JSON.parse(body)));
  return Object.fromEntries(bodies.map(({ id, via }) => [id, Object.keys(via.headers ?? {})]));
}

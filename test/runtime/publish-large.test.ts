import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import type { OnCall } from '../../lib/emulator/instrument.ts';
import { openWorld } from './exchanges-world.ts';

describe('large payloads', () => {
  const store = defineQueue('store', { largePayloads: 's3' });
  const strict = defineQueue('strict');
  const both = defineExchange('both', { type: 'fanout' });
  const some = defineExchange('some', { type: 'topic' });
  const keep = defineTask('keep', { queue: store, run: (_input: string) => {}, result: false });
  const app = defineApp('shop', {
    bindings: [bind(both, store), bind(both, strict), bind(some, 'a.b', store)],
  });
  const tasked = defineApp('shop', { tasks: [keep] });
  const huge = 'x'.repeat(2_000_000);
  const kept = async (world: Awaited<ReturnType<typeof openWorld>>, key: string) => {
    const Bucket = 'shop-dev-blobs-000000000000-us-east-1';
    const { Body } = await world.sim.emulator.call('s3', 'GetObject', { Bucket, Key: key });
    // The model answers with bytes.
    return JSON.parse(Buffer.from(Body as Uint8Array).toString());
  };

  test('lie in the bucket, and the queue gets a reference', async () => {
    const world = await openWorld(app);
    const { client, sim, envelopes } = world;

    await client.publish(store, huge, { messageId: 'm1' });
    await client.publish(some, 'a.b', [huge], { messageId: 'm2' });
    await sim.settle();

    const blobs = envelopes(store).map(({ blob }) => String(blob));
    expect(blobs).toEqual([expect.stringMatching(/^m1-[0-9a-f]{32}$/), expect.stringMatching(/^m2-/)]);
    expect(envelopes(store).some((envelope) => 'input' in envelope)).toBe(false);
    expect(await Promise.all(blobs.map((blob) => kept(world, blob)))).toEqual([huge, [huge]]);
  });

  test('are refused where one of the queues does not ask for them', async () => {
    const { client, sim, messages } = await openWorld(app);

    await expect(client.publish(both, '', huge)).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining("exchange 'both': the message is larger than 960 KiB"),
    });

    await sim.settle();
    expect(messages(store)).toHaveLength(0);
  });

  test('of tasks lie there too', async () => {
    const bodies: unknown[] = [];
    const onCall: OnCall = async (call, proceed) => {
      if (call.operation === 'SendMessageBatch') bodies.push(JSON.stringify(call.input.Entries));
      return proceed();
    };
    const world = await openWorld(tasked, { onCall });

    const { id } = await world.client.send(keep(huge));

    expect(bodies).toEqual([expect.stringContaining(`\\"blob\\":\\"${id}\\"`)]);
    expect(await kept(world, id)).toBe(huge);
  });

  test('that the bucket refuses are a nack', async () => {
    const onCall: OnCall = async (call, proceed) => {
      if (call.operation === 'PutObject') throw Object.assign(new Error('no'), { name: 'SlowDown' });
      return proceed();
    };
    const { client } = await openWorld(app, { onCall });

    await expect(client.publish(store, huge, { messageId: 'm1' })).rejects.toMatchObject({
      code: 'NACKED',
      value: 'SlowDown',
      messageId: 'm1',
      message: expect.stringContaining('the bucket of large payloads refused the message: SlowDown: no'),
    });
  });
});

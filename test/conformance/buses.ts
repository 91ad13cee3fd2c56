/** What every implementation of the port Buses does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BusEvent, Buses } from '../../lib/runtime/ports.ts';

/** An implementation, with a bus whose rules hand queues the `message` of each event. */
export interface BusesWorld {
  readonly buses: Buses;
  readonly busName: string;
  /** Makes a queue, and a rule for the events of a source whose detail has this `key`. */
  bind(source: string, key: string, queueName: string): Promise<void>;
  archive(source: string, archiveName: string): Promise<void>;
  receive(queueName: string): Promise<readonly { readonly body: string }[]>;
  now(): number;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Registers the suite. */
export function testBuses(name: string, open: () => Promise<BusesWorld>): void {
  describe(`buses ${name}`, () => {
    let world: BusesWorld;

    beforeEach(async () => {
      world = await open();
      await world.bind('orders', 'a', 'one');
      await world.bind('orders', 'a', 'two');
      await world.bind('other', 'a', 'three');
    });

    afterEach(() => world.close());

    const put = (...events: BusEvent[]) => world.buses.put(world.busName, events);
    const found = async (queueName: string) =>
      (await world.receive(queueName)).map(({ body }) => JSON.parse(body)).sort();

    test('ten events go in one call, and their messages arrive as they were', async () => {
      const texts = Array.from({ length: 9 }, (_, index) => `t${index}`);
      const all = [...texts, 'ø 猫 🐈 \t\n "quoted" \\ &amp; + %20'];

      expect(await put(...all.map((text) => event(text)))).toEqual([]);

      expect(await found('one')).toEqual([...all].sort());
      expect(await found('two')).toHaveLength(10);
      expect(await found('three')).toEqual([]);
    });

    test('a refused event is told by its place, and the others are taken', async () => {
      const wrong = { source: 'orders', detail: 'no JSON' };

      expect(await put(event('1'), wrong, event('3'))).toEqual([
        { index: 1, code: 'MalformedDetail', message: expect.any(String), retryable: false },
      ]);

      expect(await found('one')).toEqual(['1', '3']);
    });

    test('a call of more than 10 events, or of 1 MB, is refused, and one may be the reason', async () => {
      const eleven = Array.from({ length: 11 }, (_, index) => event(String(index)));
      const half = 'x'.repeat(524_288);
      const refusal = { name: 'ValidationException', retryable: false, entryFault: true };

      await expect(put(...eleven)).rejects.toMatchObject(refusal);
      await expect(put(event(half), event(half))).rejects.toMatchObject(refusal);

      expect(await found('one')).toEqual([]);
    });

    test('an archive is replayed to all queues, or to those that are named', async () => {
      await world.archive('orders', 'shop-dev-orders');
      const from = new Date(world.now());
      await put(event('1'), { ...event('2'), source: 'other' });
      await world.advance(600_000);
      expect([await found('one'), await found('two')]).toEqual([['1'], ['1']]);
      const request = {
        ...{ busName: world.busName, archiveName: 'shop-dev-orders', from },
        to: new Date(world.now()),
      };

      expect(await world.buses.replay({ ...request, replayName: 'r1', queueNames: ['two'] })).toBe('r1');
      await world.advance(60_000);
      const first = [await found('one'), await found('two')];
      await world.buses.replay({ ...request, replayName: 'r2' });
      await world.advance(60_000);

      expect(first).toEqual([[], ['1']]);
      expect([await found('one'), await found('two')]).toEqual([['1'], ['1']]);
    });

    test('a replay to a queue without a rule, or of no archive, is refused', async () => {
      await world.archive('orders', 'shop-dev-orders');
      const to = new Date(world.now() + 1_000);
      const request = {
        ...{ busName: world.busName, archiveName: 'shop-dev-orders', replayName: 'r1' },
        ...{ from: new Date(world.now()), to },
      };

      await expect(world.buses.replay({ ...request, queueNames: ['nobody'] })).rejects.toMatchObject({
        name: 'NoRule',
        message: `no rule of bus '${world.busName}' feeds nobody; deploy the app`,
      });
      await expect(world.buses.replay({ ...request, archiveName: 'missing' })).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('Archive missing does not exist'),
      });
    });
  });
}

function event(message: string): BusEvent {
  return { source: 'orders', detail: JSON.stringify({ key: 'a', message }) };
}

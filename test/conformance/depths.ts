/** What every implementation of the port Depths does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Depths, Queues } from '../../lib/runtime/ports.ts';

/** An implementation, with a queue called WORK to fill and to receive from. */
export interface DepthsWorld {
  readonly depths: Depths;
  readonly queues: Queues;
  receive(): Promise<number>;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export const WORK = 'shop-dev-work';

/** Registers the suite. */
export function testDepths(name: string, open: () => Promise<DepthsWorld>): void {
  describe(`depths ${name}`, () => {
    let world: DepthsWorld;

    beforeEach(async () => {
      world = await open();
    });

    afterEach(() => world.close());

    test('count what waits, the delayed where they are asked for, and not what was received', async () => {
      expect(await world.depths.waiting(WORK)).toBe(0);

      await world.queues.send(WORK, [{ body: '1' }, { body: '2' }, { body: '3', delaySeconds: 60 }]);
      expect(await world.depths.waiting(WORK)).toBe(2);
      expect(await world.depths.waiting(WORK, true)).toBe(3);
      const received = await world.receive();
      expect(await world.depths.waiting(WORK)).toBe(2 - received);
      await world.advance(60_000);

      expect(await world.depths.waiting(WORK)).toBe(3);
    });

    test('of a queue that is missing are refused', async () => {
      await expect(world.depths.waiting('shop-dev-late')).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
      });
    });
  });
}

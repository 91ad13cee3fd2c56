/** What RabbitMQ routes where, through the synthesized template loaded into the emulator. */
import { describe, expect, test } from 'vitest';
import { createEmulator } from '#lib/emulator';
import type { Transport } from '../../lib/define/exchange.ts';
import { arrived, byQueue, looseQueues, publish, toApp } from '../testing/scenario.ts';
import { LEFT_OUT, SCENARIOS } from '../testing/vectors.ts';
import recorded from '../vectors/routing.json' with { type: 'json' };
import topics from '../vectors/topic-routing.json' with { type: 'json' };
import { synthesize } from './stack.ts';

test('every recorded scenario is here, but for those that name a reason', () => {
  expect(SCENARIOS.length + LEFT_OUT.length).toBe(recorded.length + topics.length);
});

describe.each<Transport | undefined>([undefined, 'sns'])('over %s', (transport) => {
  // Twenty-six words are more than the five facts that a filter policy may ask for.
  const possible = SCENARIOS.filter(({ id }) => transport !== 'sns' || id !== 'db.deep');

  test.each(possible)(
    'scenario $id brings each message once to the recorded queues, and nothing elsewhere',
    async ({ table, publishes }) => {
      const app = toApp(table, transport);
      const { cdk, folder } = synthesize(app);
      cdk.synth();
      await using emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' } });
      await emulator.load(folder);
      const sent: [id: string, queues: readonly string[]][] = [];
      for (const [index, { exchange, message, queues }] of publishes.entries()) {
        const id = `m${index}`;
        if (await publish(emulator, app, table, exchange, message, id)) sent.push([id, queues]);
      }
      await emulator.settled();

      // Nothing has a worker, so what arrived is still there.
      expect(looseQueues(app).size).toBe(0);
      expect(sent.length).toBeGreaterThan(0);
      expect(arrived(emulator)).toEqual(byQueue(sent));
    },
  );
});

/** Routing: a direct exchange brings a message to the queues that are bound with its routing key. */

import * as z from 'zod';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue } from '#lib';
import { simulate } from '#lib/testing';

const logs = defineExchange('logs', {
  type: 'direct',
  messages: { error: z.string(), warning: z.string(), info: z.string() },
});
const disk = defineQueue('disk');
const screen = defineQueue('screen');
const app = defineApp('routing', {
  bindings: [
    bind(logs, 'error', disk),
    bind(logs, 'error', screen),
    bind(logs, 'warning', screen),
    bind(logs, 'info', screen),
  ],
  consumers: [
    defineConsumer(disk, { run: ({ routingKey, body }) => console.log(`on disk: ${routingKey}: ${body}`) }),
    defineConsumer(screen, {
      run: ({ routingKey, body }) => console.log(`on screen: ${routingKey}: ${body}`),
    }),
  ],
});

await using client = simulate(app);
await client.publish(logs, 'error', 'the cable is cut');
await client.publish(logs, 'info', 'all is well');
await client.advance('1s');

// Prints, in any order:
// on disk: error: the cable is cut
// on screen: error: the cable is cut
// on screen: info: all is well

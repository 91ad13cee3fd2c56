/** Publish/subscribe: a fanout exchange brings every message to every queue that is bound to it. */
import { bind, defineApp, defineConsumer, defineExchange, defineQueue } from '#lib';
import { simulate } from '#lib/testing';

const logs = defineExchange('logs', { type: 'fanout' });
const screen = defineQueue('screen');
const disk = defineQueue('disk');
const app = defineApp('logging', {
  bindings: [bind(logs, screen), bind(logs, disk)],
  consumers: [
    defineConsumer(screen, { run: ({ body }) => console.log(`on screen: ${body}`) }),
    defineConsumer(disk, { run: ({ body }) => console.log(`on disk: ${body}`) }),
  ],
});

await using client = simulate(app);
await client.publish(logs, '', 'info: Hello World!');
await client.advance('1s');

// Prints, in any order:
// on disk: info: Hello World!
// on screen: info: Hello World!

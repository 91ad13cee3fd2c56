/** Simple: one producer, one queue, one consumer. Start it: `npx tsx test/examples/patterns/simple.ts`. */
import { defineApp, defineConsumer, defineQueue } from '#lib';
import { simulate } from '#lib/testing';

const hello = defineQueue('hello');
const app = defineApp('simple', {
  consumers: [defineConsumer(hello, { run: ({ body }) => console.log(`received ${body}`) })],
});

await using client = simulate(app);
await client.publish(hello, 'Hello World!');
console.log('sent Hello World!');
await client.advance('1s');

// Prints:
// sent Hello World!
// received Hello World!

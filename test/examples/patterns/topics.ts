/** Topics: '*' stands for one word of the routing key, '#' for any number of words. */
import * as z from 'zod';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const Sighting = z.object({ name: z.string() });

// <speed>.<colour>.<species>
const animals = defineExchange('animals', {
  type: 'topic',
  messages: { '*.*.*': Sighting, 'lazy.#': Sighting },
});
const orange = defineTask('orange', {
  queue: defineQueue('orange'),
  input: Sighting,
  run: ({ name }) => console.log(`orange: ${name}`),
});
const rabbits = defineTask('rabbits', {
  queue: defineQueue('rabbits'),
  input: Sighting,
  run: ({ name }) => console.log(`rabbits and the lazy: ${name}`),
});
const app = defineApp('zoo', {
  bindings: [
    bind(animals, '*.orange.*', orange),
    // Two patterns of one queue: a message that matches both arrives once.
    bind(animals, '*.*.rabbit', rabbits),
    bind(animals, 'lazy.#', rabbits),
  ],
});

await using client = simulate(app);
await client.publish(animals, 'quick.orange.rabbit', { name: 'Roger' });
await client.publish(animals, 'lazy.orange.elephant', { name: 'Ella' });
await client.publish(animals, 'quick.orange.fox', { name: 'Foxy' });
await client.publish(animals, 'lazy.pink.rabbit', { name: 'Rosa' });
await client.publish(animals, 'quick.brown.fox', { name: 'nobody' });
await client.publish(animals, 'lazy.orange.new.calf', { name: 'Calf' });
await client.advance('1s');

// Prints, in any order:
// orange: Roger
// rabbits and the lazy: Roger
// orange: Ella
// rabbits and the lazy: Ella
// orange: Foxy
// rabbits and the lazy: Rosa
// rabbits and the lazy: Calf

/**
 * Work queue: time-consuming messages are spread over workers. `prefetch: 1` is fair dispatch: a worker gets
 * its next message when it is done with the last, so a long one holds nobody else up.
 */
import * as z from 'zod';
import { defineApp, defineConsumer, defineQueue } from '#lib';
import { simulate } from '#lib/testing';

const work = defineQueue('work');
const app = defineApp('workers', {
  consumers: [
    defineConsumer(work, {
      message: z.object({ name: z.string(), seconds: z.number() }),
      prefetch: 1,
      async run({ body }, { sleep, now }) {
        await sleep(`${body.seconds}s`);
        console.log(`${now().toISOString().slice(17, 19)} s: done with ${body.name}`);
      },
    }),
  ],
});

// Two workers, on Lambda as here: at most two messages at once.
await using client = simulate(app, { workers: { work: { concurrency: 2 } } });
for (const [name, seconds] of [
  ['a long one', 5],
  ['first', 1],
  ['second', 1],
  ['third', 1],
] as const) {
  await client.publish(work, { name, seconds });
}
await client.advance('10s');

// Prints:
// 01 s: done with first
// 02 s: done with second
// 03 s: done with third
// 05 s: done with a long one

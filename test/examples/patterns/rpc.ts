/** RPC: a task is called, and its result, or its error, comes back over the client's own reply queue. */
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const fibonacci = defineTask('fibonacci', {
  retry: { attempts: 1 },
  run(n: number): number {
    if (n < 0) throw new RangeError(`${n} is no place in the sequence`);
    let [a, b] = [0, 1];
    for (let index = 0; index < n; index++) [a, b] = [b, a + b];
    return a;
  },
});
const app = defineApp('calculator', { tasks: [fibonacci] });

await using client = simulate(app);
console.log(await client.call(fibonacci(30), { timeout: '5s' }));
console.log(await Promise.all([1, 2, 3, 4, 5].map((n) => client.call(fibonacci(n)))));
try {
  await client.call(fibonacci(-1));
} catch (error) {
  console.log(String(error));
}

// Prints:
// 832040
// [ 1, 1, 2, 3, 5 ]
// RangeError: -1 is no place in the sequence

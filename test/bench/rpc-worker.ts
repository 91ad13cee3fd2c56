/** The app whose tasks the bench of calls calls, and its worker. */
import { defineApp, defineQueue, defineTask } from '#lib';
import { serve } from '#lib/aws';

export const recorded = defineTask('recorded', {
  queue: defineQueue('kept'),
  run: (input: number) => input + 1,
});
export const plain = defineTask('plain', {
  queue: defineQueue('plain'),
  result: false,
  run: (input: number) => input + 1,
});
export const app = defineApp('bench', { tasks: [recorded, plain] });

export const handler = serve(app);

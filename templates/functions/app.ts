/** The app: its queue, its tasks, and who is told of what. Importing it has no effect beyond these values. */
import * as z from 'zod';
import { bind, defineApp, defineExchange, defineQueue, defineTask, exponential } from '#lib';

/** A queue with a dead-letter queue beside it. Its worker may run for a sixth of the visibility. */
const mail = defineQueue('mail', { visibility: '1m' });

/** Checked when it is sent or published, and again by the worker. Any Standard Schema will do. */
const Signup = z.object({ name: z.string(), email: z.email() });

/** Sends a welcome. A run that throws is tried again after 2 s, 4 s and 8 s, then it is a dead letter. */
export const welcome = defineTask('welcome', {
  queue: mail,
  retry: { attempts: 4, backoff: exponential('2s', { max: '1m' }) },
  input: Signup,
  run({ name, email }, { id, attempt, log }) {
    // The id is the same in every attempt: give it to the mail service as the idempotency key.
    log.info('welcome', { email, id, attempt });
    return `Welcome, ${name}`;
  },
});

/** Who signs up is published here, under `signup.<country>`. */
export const signups = defineExchange('signups', { type: 'topic', messages: { 'signup.*': Signup } });

export const app = defineApp('hello', {
  tasks: [welcome],
  bindings: [bind(signups, 'signup.*', welcome)],
});

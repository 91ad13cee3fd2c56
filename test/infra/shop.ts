/**
 * The app of these tests: a queue whose tasks keep nothing, an ordered one whose tasks keep results, and
 * one without tasks.
 */
import { defineApp, defineQueue, defineTask } from '#lib';

const mail = defineQueue('mail', { visibility: '2m', deadLetter: { after: 5 } });
const ledger = defineQueue('ledger', { ordered: true });
const run = () => 1;

export const send = defineTask('send', { queue: mail, result: false, run });
export const book = defineTask('book', { queue: ledger, run });
export const shop = defineApp('shop', {
  tasks: [send, book],
  queues: [defineQueue('export')],
  // What these tests count are the app's own resources; test/infra/schedule.test.ts looks at the others.
  longDelays: false,
  workflows: false,
});

/** An app that keeps nothing. */
export const post = defineApp('post', { tasks: [send], longDelays: false });

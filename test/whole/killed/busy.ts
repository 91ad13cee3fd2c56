/** What worker.test.ts runs. */
import { defineApp, defineQueue, defineTask } from '#lib';

export const work = defineQueue('work', { visibility: '6s' });

/** Says where it runs, and how much its process has run before. */
let runs = 0;
export const where = defineTask('where', {
  queue: work,
  run: () => {
    runs += 1;
    return { pid: process.pid, runs };
  },
});

/** Whoever started this process; it is another one once that has been killed. */
const parent = process.ppid;

/** Keeps its event loop to itself, so that nothing in its process can be told anything. */
export const block = defineTask('block', {
  queue: work,
  run(ms: number) {
    const end = Date.now() + ms;
    // Nothing else would end a child whose worker was killed.
    while (Date.now() < end && process.ppid === parent);
    return 'unblocked';
  },
});

/** Waits until it is told to stop. */
export const wait = defineTask('wait', {
  queue: work,
  async run(_input, { sleep }) {
    await sleep('1h');
  },
});

export const app = defineApp('busy', { tasks: [where, block, wait] });

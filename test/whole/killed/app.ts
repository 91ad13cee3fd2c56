/** What worker-kill.test.ts runs: each task makes one file, named by its id, so that twice is once. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineApp, defineQueue, defineTask } from '#lib';

// The many deaths of the test are not the messages' own fault.
export const work = defineQueue('work', { visibility: '6s', deadLetter: { after: 20 } });

export const count = defineTask('count', {
  queue: work,
  async run(index: number, { id, sleep }) {
    const folder = process.env.COUNTED ?? '';
    appendFileSync(join(folder, '..', 'starts'), `${id}\n`);
    await sleep('5ms');
    try {
      writeFileSync(join(folder, id), String(index), { flag: 'wx' });
    } catch (error) {
      // An earlier attempt has counted it, and died before it could say so.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    return index * 2;
  },
});

export const app = defineApp('killed', { tasks: [count] });

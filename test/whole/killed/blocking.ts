/** What worker-block.test.ts runs. */
import { appendFileSync } from 'node:fs';
import { defineApp, defineQueue, defineTask } from '#lib';

export const work = defineQueue('work', { visibility: '6s' });

export interface Hogged {
  readonly key: string;
  readonly place: string;
  readonly ms: number;
}

/** Keeps its event loop to itself, with its key and the only one of its places. */
export const hog = defineTask('hog', {
  queue: work,
  once: { key: ({ key }: Hogged) => key, taken: 'reject' },
  concurrency: { max: 1, by: ({ place }) => place },
  run({ key, ms }: Hogged) {
    const note = (what: string): void => appendFileSync(process.env.NOTES ?? '', `${key} ${what}\n`);
    note('begins');
    const end = Date.now() + ms;
    while (Date.now() < end);
    note('ends');
    return ms;
  },
});

export const app = defineApp('blocking', { tasks: [hog] });

/** What worker-block.test.ts runs. */
import { appendFileSync, existsSync } from 'node:fs';
import { defineApp, defineQueue, defineTask, fixed } from '#lib';

/** Whoever started this process; a loop that nothing else would end goes on until that has been killed. */
const parent = process.ppid;

export const work = defineQueue('work', { visibility: '6s' });

export interface Hogged {
  readonly key: string;
  readonly place: string;
  /** A file: it goes on until there is one. */
  readonly door: string;
}

/** Keeps its event loop to itself, with its key and the only one of its places. */
export const hog = defineTask('hog', {
  queue: work,
  once: { key: ({ key }: Hogged) => key, taken: 'reject' },
  concurrency: { max: 1, by: ({ place }) => place },
  run({ key, door }: Hogged) {
    const note = (what: string): void => appendFileSync(process.env.NOTES ?? '', `${key} ${what}\n`);
    note('begins');
    while (!existsSync(door) && process.ppid === parent);
    note('ends');
    return key;
  },
});

/** Blocks in its first attempt, for ever and beyond its limit. */
export const limited = defineTask('limited', {
  queue: work,
  timeLimit: { hard: '2s' },
  retry: { attempts: 2, backoff: fixed('1s') },
  once: true,
  run(isBlocked: boolean, { attempt }) {
    while (isBlocked && attempt === 1 && process.ppid === parent);
    return { attempt, pid: process.pid };
  },
});

/** Waits for ever in each attempt, and says that it goes on after its end. */
export const endless = defineTask('endless', {
  queue: work,
  timeLimit: { hard: '1s' },
  retry: { attempts: 1 },
  async run() {
    const mark = (): void => appendFileSync(process.env.NOTES ?? '', 'goes on\n');
    await new Promise(() => setInterval(mark, 50));
  },
});

/** Runs beside them. */
export const fine = defineTask('fine', {
  queue: work,
  async run(ms: number, { sleep }) {
    await sleep(`${ms}ms`);
    return ms;
  },
});

export const app = defineApp('blocking', { tasks: [hog, limited, endless, fine] });

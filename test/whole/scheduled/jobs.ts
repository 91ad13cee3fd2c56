/** Tasks for the children of a scheduler: what they note shows where they ran, and how often. */
import { appendFileSync, readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { defineApp, defineTask, fixed } from '#lib';

function note(text: string): void {
  appendFileSync(process.env.NOTES ?? '', `${text}\n`);
}

function noted(text: string): number {
  return readFileSync(process.env.NOTES ?? '', 'utf8')
    .split('\n')
    .filter((line) => line === text).length;
}

function block(): void {
  for (;;);
}

export const where = defineTask('where', { run: () => note(`where ${process.pid} ${threadId}`) });

/** Takes its child along, until it has done so twice. */
export const crash = defineTask('crash', {
  run() {
    note('crash');
    if (noted('crash') <= 2) process.exit(1);
    note('survived');
  },
});

/** Keeps its child from everything else, the first time. */
export const hog = defineTask('hog', {
  timeLimit: { hard: '1s' },
  retry: { attempts: 2, backoff: fixed('1s') },
  run(_input, { attempt }) {
    note(`hog ${attempt}`);
    if (attempt === 1) block();
  },
});

/** Fails once, and again in the same child. */
export const flaky = defineTask('flaky', {
  retry: { attempts: 2, backoff: fixed('1s') },
  run(_input, { attempt }) {
    note(`flaky ${attempt} ${process.pid} ${threadId}`);
    throw new Error('no');
  },
});

export const waits = defineTask('waits', {
  async run(_input, { signal }) {
    note('waits');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    note('told');
  },
});

export const app = defineApp('jobs', {
  tasks: [where, crash, hog, flaky, waits],
  runtimeSchedules: true,
});

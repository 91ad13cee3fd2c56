/** An app whose workflows nobody sweeps: it does so by itself. */
import { defineApp, defineTask } from '#lib';

/** What stands before the ids of what was told, in the functions' log. */
export const TOLD = 'told of ';

export const step = defineTask('step', { run: (n: number) => n + 1 });
export const tell = defineTask('tell', {
  run: ({ id, reason }: { readonly id: string; readonly reason: string }) => {
    console.log(`${TOLD}${id}: ${reason}`);
  },
});

export const overdueApp = defineApp('overdue', { tasks: [step, tell] });

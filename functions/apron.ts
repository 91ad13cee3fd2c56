/**
 * The apron: what is done for a flight on the ground. Its tasks wait and fail as real ones do, so that there
 * is something to see and to steer in the dashboard: one fails for what it does not know, one asks a service
 * that does not answer, and three can only be done one at a time, or at a rate.
 */
import * as z from 'zod/mini';
import { defineQueue, defineTask, exponential } from '#lib';

/** Long enough for what takes its time; a function may run for a sixth of it. */
const apron = defineQueue('apron', { visibility: '12m' });

const SERVICES = ['fuel', 'bags', 'cabin'];
const TAKES = '90s';

class UnknownServiceError extends Error {
  override readonly name = 'UnknownServiceError';
  readonly code = 'UNKNOWN_SERVICE';
}

/** One of the services that a flight needs; another one is a mistake that no retry mends. */
export const service = defineTask('service', {
  queue: apron,
  input: z.object({ flight: z.string(), what: z.string() }),
  retry: { attempts: 1 },
  run({ flight, what }) {
    if (SERVICES.includes(what)) return `${what} for ${flight}`;
    throw new UnknownServiceError(`nobody on this apron does ${what} for ${flight}`);
  },
});

/** Lets a flight go once all its services are done. */
export const depart = defineTask('depart', {
  queue: apron,
  input: z.array(z.string()),
  run: (done) => `departed with ${done.join(', ')}`,
});

/** There is one truck for it. */
export const deice = defineTask('deice', {
  queue: apron,
  input: z.object({ flight: z.string() }),
  concurrency: 1,
  async run({ flight }, { sleep }) {
    await sleep(TAKES);
    return `${flight} is free of ice`;
  },
});

/** One flight at a gate at a time. */
export const dock = defineTask('dock', {
  queue: apron,
  input: z.object({ flight: z.string(), gate: z.string() }),
  once: { key: ({ gate }) => gate, taken: 'wait' },
  async run({ flight, gate }, { sleep }) {
    await sleep(TAKES);
    return `${flight} was at ${gate}`;
  },
});

/** The hall is spared more than a few of these. */
export const announce = defineTask('announce', {
  queue: apron,
  input: z.object({ text: z.string() }),
  rateLimit: '4/h',
  run: ({ text }, { log }) => log.info(text),
});

/** Asks the weather service, which does not answer, and will be asked again in ten minutes. */
export const forecast = defineTask('forecast', {
  queue: apron,
  input: z.object({ airport: z.string() }),
  retry: { attempts: 3, backoff: exponential('10m', { jitter: false }) },
  run({ airport }): string {
    throw new Error(`the weather service does not answer about ${airport}`);
  },
});

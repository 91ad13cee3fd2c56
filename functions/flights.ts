/** The example app: flight records are tallied by airport, a chunk of them in each task. */
import * as z from 'zod/mini';
import { defineApp, defineQueue, defineTask } from '#lib';

/** One record, as the npm package vega-datasets has them; delay in minutes, negative when early. */
export const Flight = z.object({
  date: z.string(),
  delay: z.number(),
  distance: z.number(),
  origin: z.string(),
  destination: z.string(),
});
export type Flight = z.infer<typeof Flight>;

/** What is counted of the flights from one airport. Tallies of parts add up to the tally of the whole. */
export interface Tally {
  readonly departures: number;
  readonly late: number;
  readonly totalDelay: number;
}

/** A flight is late when it leaves more than so many minutes after its time. */
export const LATE_AFTER_MINUTES = 15;

/** Short, so that what a killed worker has held comes back soon. */
export const VISIBILITY = '12s';

/** The tally of no flights. */
export const NOTHING: Tally = Object.freeze({ departures: 0, late: 0, totalDelay: 0 });

const tallies = defineQueue('tallies', { visibility: VISIBILITY });

export const tally = defineTask('tally', {
  queue: tallies,
  input: z.array(Flight),
  run(chunk): Readonly<Record<string, Tally>> {
    const airports = new Map<string, Tally>();
    for (const { origin, delay } of chunk) {
      const { departures, late, totalDelay } = airports.get(origin) ?? NOTHING;
      airports.set(origin, {
        departures: departures + 1,
        late: late + (delay > LATE_AFTER_MINUTES ? 1 : 0),
        totalDelay: totalDelay + delay,
      });
    }
    return Object.fromEntries(airports);
  },
});

export const flights = defineApp('flights', { tasks: [tally] });

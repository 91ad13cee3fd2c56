/**
 * The example app: flight records are published one by one to a topic exchange, under
 * `flight.<origin>.<destination>.<ontime|late>`. A task tallies each, another looks at the late ones and
 * raises
 * alerts over a headers exchange; at the day's end a fanout exchange brings the report to the archive and to
 * the board; and whoever asks for one airport is answered from the archived report.
 */
import * as z from 'zod/mini';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';

/** One record, as the npm package vega-datasets has them; delay in minutes, negative when early. */
export const Flight = z.object({
  date: z.string(),
  delay: z.number(),
  distance: z.number(),
  origin: z.string(),
  destination: z.string(),
});
export type Flight = z.infer<typeof Flight>;

/** What is said about one airport; the delay in minutes. */
const Airport = z.object({ departures: z.number(), late: z.number(), meanDelay: z.number() });
export type Airport = z.infer<typeof Airport>;

/** The figures of a day. */
const Report = z.object({ flights: z.number(), airports: z.record(z.string(), Airport) });
export type Report = z.infer<typeof Report>;

/** A flight is late when it leaves more than so many minutes after its time. */
export const LATE_AFTER_MINUTES = 15;
/** What an alert is raised for: a long delay, or a long flight that is late. */
const LONG_DELAY_MINUTES = 120;
const LONG_DISTANCE_MILES = 2_000;

/** Short, so that what a killed worker has held comes back soon. */
export const VISIBILITY = '12s';

export const departures = defineExchange('departures', {
  type: 'topic',
  messages: { 'flight.*.*.*': Flight },
});
const alerts = defineExchange('alerts', { type: 'headers', messages: Flight });
export const dayEnd = defineExchange('day-end', { type: 'fanout', messages: Report });

/** What one flight adds to the figures of its airport. */
export interface Tally {
  readonly origin: string;
  readonly late: boolean;
  readonly delay: number;
}

export const tally = defineTask('tally', {
  queue: defineQueue('tallies', { visibility: VISIBILITY }),
  input: Flight,
  run: (flight): Tally => ({ origin: flight.origin, late: isLate(flight), delay: flight.delay }),
});

/** Raises an alert about a late flight where somebody wants one; returns the alert's id. */
export const late = defineTask('late', {
  queue: defineQueue('late', { visibility: VISIBILITY }),
  input: Flight,
  async run(flight, { publish, id }) {
    const headers = {
      longDelay: flight.delay > LONG_DELAY_MINUTES,
      longFlight: flight.distance > LONG_DISTANCE_MILES,
    };
    if (!headers.longDelay && !headers.longFlight) return null;
    // Under the run's own id: an alert that is raised again after a crash is the same alert.
    const { messageId } = await publish(alerts, '', flight, { headers, messageId: id });
    return messageId;
  },
});

export const alert = defineTask('alert', {
  queue: defineQueue('alerts', { visibility: VISIBILITY }),
  input: Flight,
  run: ({ origin, destination, delay }) => `${origin} to ${destination}: ${delay} minutes late`,
});

/** Keeps the day's report as its result. */
export const archive = defineTask('archive', {
  queue: defineQueue('archive', { visibility: VISIBILITY }),
  input: Report,
  run: (report) => report,
});

export const board = defineTask('board', {
  queue: defineQueue('board', { visibility: VISIBILITY }),
  input: Report,
  run: ({ flights }) => `${flights} flights today`,
});

/** Answers for one airport, from the report that `archive` has kept. */
export const airport = defineTask('airport', {
  queue: defineQueue('questions', { visibility: VISIBILITY }),
  input: z.object({ code: z.string(), report: z.object({ messageId: z.string() }) }),
  async run({ code, report }, { result }) {
    const { airports } = await result(archive, report).get();
    return airports[code] ?? null;
  },
});

export const flights = defineApp('flights', {
  tasks: [airport],
  bindings: [
    bind(departures, 'flight.#', tally),
    bind(departures, 'flight.*.*.late', late),
    bind(alerts, { match: 'any', args: { longDelay: true, longFlight: true } }, alert),
    bind(dayEnd, archive),
    bind(dayEnd, board),
  ],
});

/** Whether a flight is late. */
export function isLate(flight: Flight | undefined): boolean {
  return flight !== undefined && flight.delay > LATE_AFTER_MINUTES;
}

/** The routing key of a flight. */
export function toKey(flight: Flight) {
  return `flight.${flight.origin}.${flight.destination}.${isLate(flight) ? 'late' : 'ontime'}` as const;
}

/**
 * The example app: flight records are published to a topic exchange, those of a route together, under
 * `flight.<origin>.<destination>.<ontime|late>`. A task tallies them, another looks at the late ones and
 * raises alerts over a headers exchange; at the day's end a fanout exchange brings the report to the archive
 * and to the board; and whoever asks for one airport is answered from the archived report. At midnight in Los
 * Angeles a schedule reports that a new day has begun, and another sets the clock of the board.
 */
import * as z from 'zod/mini';
import {
  bind,
  cron,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
} from '#lib';
import { announce, deice, depart, dock, forecast, service } from './apron.ts';

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

/**
 * Short, so that what a killed worker has held comes back soon; a worker has a sixth of it, which has to do
 * on a busy machine, too.
 */
export const VISIBILITY = '30s';

export const departures = defineExchange('departures', {
  type: 'topic',
  messages: { 'flight.*.*.*': z.array(Flight) },
});
const alerts = defineExchange('alerts', { type: 'headers', messages: z.array(Flight) });
export const dayEnd = defineExchange('day-end', { type: 'fanout', messages: Report });

/** What the flights of a route add to the figures of their airport. */
export interface Tally {
  readonly origin: string;
  readonly departures: number;
  readonly late: number;
  readonly totalDelay: number;
}

export const tally = defineTask('tally', {
  queue: defineQueue('tallies', { visibility: VISIBILITY }),
  input: z.array(Flight),
  run: (route): Tally => ({
    origin: route[0]?.origin ?? '',
    departures: route.length,
    late: route.filter(isLate).length,
    totalDelay: route.reduce((sum, { delay }) => sum + delay, 0),
  }),
});

/** Raises an alert about late flights where somebody wants one; returns the alert's id. */
export const late = defineTask('late', {
  queue: defineQueue('late', { visibility: VISIBILITY }),
  input: z.array(Flight),
  async run(route, { publish, id }) {
    const longDelay = route.some(({ delay }) => delay > LONG_DELAY_MINUTES);
    const longFlight = route.some(({ distance }) => distance > LONG_DISTANCE_MILES);
    if (!longDelay && !longFlight) return null;
    // Under the run's own id: an alert that is raised again after a crash is the same alert.
    const headers = { longDelay, longFlight };
    const { messageId } = await publish(alerts, '', route, { headers, messageId: id });
    return messageId;
  },
});

export const alert = defineTask('alert', {
  queue: defineQueue('alerts', { visibility: VISIBILITY }),
  input: z.array(Flight),
  run: (route) => route.map(({ origin, destination, delay }) => `${origin} to ${destination}: ${delay} min`),
});

/** Keeps the day's report as its result. */
export const archive = defineTask('archive', {
  queue: defineQueue('archive', { visibility: VISIBILITY }),
  input: Report,
  run: (report) => report,
});

const boards = defineQueue('board', { visibility: VISIBILITY });

export const board = defineTask('board', {
  queue: boards,
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

/** Sets the clock of the board; returns its time. */
export const clock = defineTask('clock', { queue: boards, run: (_input, { now }) => now().toISOString() });

/** EventBridge Scheduler fires this by itself: it knows the zone and its summer time. */
export const nightly = defineSchedule('nightly', {
  trigger: cron('0 0 * * *', { timezone: 'America/Los_Angeles' }),
  publish: describePublish(dayEnd, '', { flights: 0, airports: {} }),
});

/** Seconds are beyond it, so the ticker of the app fires this. A clock that is late is not set at all. */
export const ticking = defineSchedule('clock', {
  trigger: every('10s'),
  send: clock(),
  misfireGrace: '10s',
});

export const flights = defineApp('flights', {
  tasks: [airport, service, depart, deice, dock, announce, forecast],
  schedules: [nightly, ticking],
  bindings: [
    bind(departures, 'flight.#', tally),
    bind(departures, 'flight.*.*.late', late),
    bind(alerts, { match: 'any', args: { longDelay: true, longFlight: true } }, alert),
    bind(dayEnd, archive),
    bind(dayEnd, board),
  ],
});

/** Whether a flight is late. */
export function isLate(flight: Flight): boolean {
  return flight.delay > LATE_AFTER_MINUTES;
}

/** The routing key of a flight. */
export function toKey(flight: Flight) {
  return `flight.${flight.origin}.${flight.destination}.${isLate(flight) ? 'late' : 'ontime'}` as const;
}

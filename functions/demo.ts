/**
 * The example from end to end, without AWS: synthesizes the stack, loads it into the emulator, publishes the
 * flights of each route to the topic exchange, adds up what the bundled workers make of them, sees that every
 * alert was raised, closes the day, asks for one airport, and opens the next day. Progress goes to stderr,
 * figures to stdout.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import type { Client, Confirmed, PublishOutcome, ScheduleInfo } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { createDevDashboard } from '../lib/cli/dev-dashboard.ts';
import type { RunningApp } from '../lib/cli/example-call.ts';
import { parsePort } from '../lib/cli/port.ts';
import { synthesize } from '../lib/cli/synthesize.ts';
import {
  airport,
  alert,
  archive,
  board,
  dayEnd,
  departures,
  Flight,
  flights,
  isLate,
  late,
  type Report,
  tally,
  toKey,
  VISIBILITY,
} from './flights.ts';
import { leaveIncidents } from './incidents.ts';
import { toReport, toTable } from './report.ts';
import { showSchedules, toTimetable } from './timetable.ts';

const USAGE = `npm run demo -- [--data FILE] [--json] [--kill] [--dashboard [--port NUMBER]]

  --data FILE  flight records: [{ date, delay, distance, origin, destination }, …]
               (default: flights-2k.json of vega-datasets)
  --json       prints one line of JSON with the figures
  --kill       kills the worker while it holds messages; they come back after some seconds,
               and the figures are the same
  --dashboard  afterwards lets a day on the apron go wrong, and serves the dashboard until Ctrl-C
  --port       the dashboard's port; 0 takes a free one (default: 4567)`;

const ROOT = join(import.meta.dirname, '..');
/** The worker dies after so many writes about runs: some are begun then, few have ended. */
const KILL_AT_WRITE = 5;

/** Flights with one routing key; there is at least one. */
type Route = readonly [Flight, ...Flight[]];

interface Options {
  readonly data: string;
  readonly json: boolean;
  readonly kill: boolean;
  readonly dashboard: boolean;
  readonly port: string;
}

async function main(options: Options): Promise<void> {
  const records = await readFlights(options.data);
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-demo-'));
  const emulator = createDemoEmulator(options.kill);
  try {
    say('synthesizing the stack and bundling its worker');
    await synthesize({ project: ROOT, output: folder });
    const { report, schedules, running } = await run(emulator, folder, records);
    if (!options.json) console.log(`${toTimetable(schedules)}\n`);
    console.log(options.json ? JSON.stringify(report) : toTable(report));
    if (options.dashboard) await showDashboard(emulator, running, parsePort(options.port));
  } finally {
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ran {
  readonly report: Report;
  readonly schedules: readonly ScheduleInfo[];
  readonly running: RunningApp;
}

async function run(emulator: Emulator, folder: string, records: readonly Flight[]): Promise<Ran> {
  const { url } = await emulator.listen();
  const loaded = await emulator.load(folder);
  const region = loaded.stacks[0]?.region ?? 'us-east-1';
  const routes = byRoute(records);
  const what = `${records.length} flights of ${routes.length} routes`;
  say(`${loaded.resources.length} resources at ${url}; publishing ${what}`);
  const running = { project: ROOT, app: flights.name, stage: 'dev', url, region };
  await using client = connectTo(running);
  const published = await publish(client, routes);
  const done = progress(routes.length);
  const tallies = await Promise.all(
    published.map(async (confirmed) => {
      const one = await client.result(tally, confirmed).get({ timeout: '5m' });
      done();
      return one;
    }),
  );
  const report = toReport(tallies);
  const delayed = published.filter((_, index) => routes[index]?.some(isLate));
  say(`${delayed.length} routes had late flights, ${await countAlerts(client, delayed)} alerts were raised`);
  await closeDay(client, report);
  return { report, schedules: await openDay(client), running };
}

function connectTo({ url, region }: RunningApp): Client & AsyncDisposable {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  return connect(flights, { endpoint: url, region, credentials });
}

/** Until it is interrupted. */
async function showDashboard(emulator: Emulator, running: RunningApp, port: number): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  await using client = connectTo(running);
  await leaveIncidents(client);
  const dashboard = createDevDashboard({ emulator, port, say });
  await dashboard.show(running);
  await interrupted;
  await dashboard.close();
}

/** The flights that are published together: those with one routing key. */
function byRoute(records: readonly Flight[]): readonly Route[] {
  const routes = new Map<string, [Flight, ...Flight[]]>();
  for (const flight of records) {
    const route = routes.get(toKey(flight));
    if (route === undefined) routes.set(toKey(flight), [flight]);
    else route.push(flight);
  }
  return [...routes.values()];
}

/** Publishes every route; a message that the broker refused ends the demo. */
async function publish(client: Client, routes: readonly Route[]): Promise<readonly Confirmed[]> {
  const outcomes = await client.publishMany(
    departures,
    routes.map((route) => ({ key: toKey(route[0]), message: [...route] })),
  );
  return outcomes.map(confirmed);
}

function confirmed(outcome: PublishOutcome): Confirmed {
  if (outcome.status === 'failed') throw outcome.error;
  return outcome;
}

/** Every late route was looked at, and every alert that this led to has been handled. */
async function countAlerts(client: Client, delayed: readonly Confirmed[]): Promise<number> {
  const ids = await Promise.all(delayed.map((flight) => client.result(late, flight).get()));
  const alerts = ids.filter((id) => id !== null);
  await Promise.all(alerts.map((messageId) => client.result(alert, { messageId }).get()));
  return alerts.length;
}

/** Broadcasts the report, then asks for the busiest airport as anybody else may. */
async function closeDay(client: Client, report: Report): Promise<void> {
  const closing = await client.publish(dayEnd, '', report);
  await client.result(archive, closing).get();
  say(`the board says: ${await client.result(board, closing).get()}`);
  const [busiest] = Object.entries(report.airports).sort(([, a], [, b]) => b.departures - a.departures);
  if (busiest === undefined) return;
  const [code] = busiest;
  const answer = await client.call(airport({ code, report: closing }), { timeout: '2m' });
  say(`asked for ${code}, the app answers: ${JSON.stringify(answer)}`);
}

/** Begins the next day, and looks at what fires by itself. */
async function openDay(client: Client): Promise<readonly ScheduleInfo[]> {
  const { dayBegun, setAt, scheduledAt, schedules } = await showSchedules(client);
  say(`a new day: the board says ${dayBegun}`);
  say(`its clock was to be set at ${scheduledAt.toISOString()}, and was at ${setAt}`);
  return schedules;
}

/**
 * An emulator that, where asked, kills all threads of the worker at once, in the middle of what they do.
 */
function createDemoEmulator(kill: boolean): Emulator {
  if (!kill) return createEmulator();
  let writes = 0;
  const emulator = createEmulator({
    async onCall(call, proceed) {
      const output = await proceed();
      if (call.service !== 'dynamodb' || call.operation !== 'UpdateItem') return output;
      writes += 1;
      if (writes === KILL_AT_WRITE) killWorker(emulator);
      return output;
    },
  });
  return emulator;
}

function killWorker(emulator: Emulator): void {
  for (const { name } of emulator.services.lambda.functions()) {
    const threads = emulator.services.lambda.kill(name);
    say(`killed ${threads} threads of ${name}; what they held comes back in ${VISIBILITY}`);
  }
}

async function readFlights(file: string): Promise<readonly Flight[]> {
  const parsed = z.array(Flight).safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${file} holds no flight records: ${issue?.message} at [${issue?.path.join('.')}]`);
}

/** Counts up on one line of a terminal; where lines are kept, says each tenth. */
function progress(total: number): () => void {
  let count = 0;
  return () => {
    count += 1;
    const line = `tallied ${count} of ${total} routes`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}${count === total ? '\n' : ''}`);
    else if (count === total || count % Math.ceil(total / 10) === 0) say(line);
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'node_modules/vega-datasets/data/flights-2k.json' },
      json: { type: 'boolean', default: false },
      kill: { type: 'boolean', default: false },
      dashboard: { type: 'boolean', default: false },
      port: { type: 'string', default: '4567' },
      help: { type: 'boolean', default: false },
    },
  });
  return values.help ? undefined : values;
}

// The SDK's advice to move on from Node 20 is right, and no part of what is shown here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
try {
  const options = readOptions();
  if (options === undefined) console.log(USAGE);
  else await main(options);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/**
 * `simulate`: the real client and the real worker over the emulator's models, on a virtual clock, in this
 * process and without the AWS SDK in between. Time moves only by `advance` and while a result is awaited.
 */
import { createMessaging, messagingNeeds } from '../aws/messaging.ts';
import { createQueues } from '../aws/queues.ts';
import { createReplyQueues } from '../aws/reply-queues.ts';
import { createClientScheduling } from '../aws/scheduling.ts';
import { createClientState } from '../aws/state.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { type Message, parseMessage } from '../core/message.ts';
import type { App } from '../define/app.ts';
import type { Client } from '../define/client.ts';
import type { Queue } from '../define/queue.ts';
import { deadLetterQueueName, queueName } from '../define/resource-name.ts';
import type { AnyTask } from '../define/task.ts';
import { DEFAULT_STAGE, type TopologyOptions, topology } from '../define/topology.ts';
import {
  type CallCount,
  createEmulator,
  type OnCall,
  type TraceEntry,
  type VirtualEmulator,
} from '../emulator/index.ts';
import { DefinitionError } from '../errors.ts';
import { createClient } from '../runtime/client.ts';
import type { LogLine } from '../runtime/ports.ts';
import { createCall, createEnvironment, type World } from './environment.ts';
import { createFaultPlan, type Fault, type FaultRates, toSqsFaults } from './faults.ts';
import { createLife } from './life.ts';
import { type Machine, startMachine } from './machine.ts';
import { REGION } from './place.ts';
import { provision } from './provision.ts';
import { queueArn } from './provision-exchanges.ts';
import { createRandom } from './random.ts';
import { createTestClock } from './test-clock.ts';

/** Where virtual time begins, what chance is made of, and what goes wrong. */
export interface SimulateOptions extends TopologyOptions {
  /** Where virtual time begins, ISO 8601. @default '2026-01-01T00:00:00Z' */
  readonly start?: string;
  /** Decides ids, jitter and faults: the same seed replays the same run. @default 1 */
  readonly seed?: number;
  /** Faults by rate; none by default. */
  readonly faults?: FaultRates;
  /** Stands around every call of a service, by clients and workers: to watch, or for your own faults. */
  readonly onCall?: OnCall;
  /** Receives each log line of workers and tasks; without it they are dropped. */
  readonly log?: (line: LogLine) => void;
}

/** An app in this process: its client, its clock, and what a test looks at. */
export interface Simulation extends Client {
  /** One more client, as another process would have it; close it as any other. */
  connect(): Client;
  /** The virtual time. */
  now(): Date;
  /** Moves time forward and runs everything that falls due on the way. */
  advance(duration: Duration): Promise<void>;
  /** Resolves when nothing runs but what waits on the clock; time stands still. */
  settle(): Promise<void>;
  /**
   * When each attempt of a task began, as HH:MM:SS of virtual time (UTC).
   * @throws DefinitionError UNKNOWN_TASK where the app does not have it.
   */
  attempts(task: AnyTask): readonly string[];
  /**
   * What lies in a queue's dead-letter queue.
   * @throws DefinitionError UNKNOWN_QUEUE where the app does not have it.
   */
  deadLetters(queue: Queue): readonly Message[];
  /** Sends a queue's dead letters back to it, as SQS's redrive does. */
  redrive(queue: Queue): Promise<void>;
  /** What happened when, one readable line each. */
  trace(): readonly string[];
  /** AWS calls so far, by service and operation. */
  calls(): readonly CallCount[];
  /** How often each fault has struck. */
  faults(): Readonly<Partial<Record<Fault, number>>>;
  /** The machine that works off queues whose worker is 'machine'; undefined where there is none. */
  machine(): Machine | undefined;
  /** The emulator underneath, for what this interface does not show. */
  readonly emulator: VirtualEmulator;
}

/** The start of virtual time when a test does not say. */
export const START_DEFAULT = '2026-01-01T00:00:00Z';

/**
 * Runs an app in this process on a virtual clock.
 * @throws DefinitionError as `topology` does; INVALID_TIME for `start`, INVALID_FAULT.
 */
export function simulate(app: App, options: SimulateOptions = {}): Simulation {
  const resources = topology(app, options);
  const stage = options.stage ?? DEFAULT_STAGE;
  const seed = options.seed ?? 1;
  const faults = createFaultPlan(options.faults ?? {}, createRandom(seed + 1));
  const emulator = createEmulator({
    clock: { virtual: toStart(options.start ?? START_DEFAULT) },
    seed,
    sqsFaults: toSqsFaults(faults),
    ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
  });
  const starts: { readonly task: string; readonly at: number }[] = [];
  const world: World = {
    app,
    stage,
    needs: messagingNeeds(app, resources.exchanges),
    emulator,
    faults,
    chance: createRandom(seed),
    started: (task, at) => starts.push({ task, at }),
    log: options.log ?? (() => {}),
  };
  const ready = provision(emulator, resources, (worker) => ({
    start: () => createEnvironment(world, worker),
  }));
  let machine: Machine | undefined;
  const started = ready.then(() => {
    machine = startMachine(world, options.workers ?? {}, resources.tables.length > 0);
  });
  const connect = createTestClients(world, ready, resources.tables.length > 0);
  // The simulation lives as long as its own client.
  const client = connect(() => emulator.close());
  const move = async (ms: number): Promise<void> => {
    await started;
    await emulator.advance(ms);
  };
  return {
    ...client,
    connect: () => connect(),
    emulator,
    machine: () => machine,
    now: () => new Date(emulator.clock.now()),
    advance: (duration) => move(toMilliseconds(duration)),
    settle: async () => {
      await started;
      await emulator.settled();
    },
    attempts: (task) => {
      checkTask(app, task);
      return starts.filter((start) => start.task === task.name).map((start) => clockTime(start.at));
    },
    deadLetters: (queue) => {
      checkQueue(app, queue);
      return deadLetters(emulator, deadLetterQueueName(app.name, stage, queue));
    },
    redrive: (queue) => redrive(world, queue),
    trace: () => emulator.trace.entries().map(toLine),
    calls: () => emulator.calls(),
    faults: () => faults.counts(),
  };
}

function toStart(start: string): string {
  if (Number.isFinite(Date.parse(start))) return start;
  const allowed = `a time such as '${START_DEFAULT}'`;
  const message = `start is '${start}'; give ${allowed}`;
  throw new DefinitionError('INVALID_TIME', message, { value: start, allowed });
}

/** What is not the app's has no attempts and no dead letters, so a test would find none for ever. */
function checkTask(app: App, { name }: AnyTask): void {
  const names = app.tasks.flatMap((task) => [task.name, ...task.aliases]);
  if (names.includes(name)) return;
  const allowed = names.join(', ');
  const message = `app '${app.name}' has no task '${name}'; add it to defineApp (known: ${allowed})`;
  throw new DefinitionError('UNKNOWN_TASK', message, { value: name, allowed });
}

function checkQueue(app: App, { name }: Queue): void {
  const names = app.queues.map((queue) => queue.name);
  if (names.includes(name)) return;
  const allowed = names.join(', ');
  const message = `app '${app.name}' has no queue '${name}'; add it to defineApp (known: ${allowed})`;
  throw new DefinitionError('UNKNOWN_QUEUE', message, { value: name, allowed });
}

/** Clients of the test's own: their waiting moves the clock. */
function createTestClients(world: World, ready: Promise<void>, state: boolean) {
  const { app, stage, emulator, chance, log } = world;
  const clock = createTestClock(emulator);
  // Whoever sends and waits in a test is the test itself, which does not die.
  const call = createCall(world, createLife(), clock, () => 0, false);
  // Nothing may be sent before the queues are there.
  const waiting: typeof call = async (service, operation, input) => {
    await ready;
    return call(service, operation, input);
  };
  return (release?: () => Promise<void>): Client => {
    const own = { clock, chance, log };
    const records = state ? createClientState(waiting, world, own) : { runs: undefined };
    const replies = createReplyQueues(waiting, { app: app.name, stage });
    const sdk = { call: waiting, region: async () => REGION };
    const messaging = createMessaging(sdk, world, world.needs);
    const scheduling = createClientScheduling(sdk, world);
    const ports = { ...own, queues: createQueues(waiting), ...records, replies, ...messaging, scheduling };
    return createClient(app, stage, ports, release);
  };
}

function deadLetters(emulator: VirtualEmulator, name: string): Message[] {
  const queue = emulator.services.sqs.snapshot().find((snapshot) => snapshot.name === name);
  return (queue?.messages ?? []).flatMap((message) => {
    const parsed = parseMessage(message.body);
    return parsed.kind === 'message' ? [parsed.message] : [];
  });
}

async function redrive(world: World, queue: Queue): Promise<void> {
  const { app, stage, emulator } = world;
  await emulator.call('sqs', 'StartMessageMoveTask', {
    SourceArn: queueArn(deadLetterQueueName(app.name, stage, queue)),
    // Always named: a dead letter may have come to its queue by a copy, and SQS would not know from where.
    DestinationArn: queueArn(queueName(app.name, stage, queue)),
  });
}

function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function toLine(entry: TraceEntry): string {
  const details = Object.entries(entry.details).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [new Date(entry.at).toISOString(), entry.service, entry.operation, entry.target, ...details].join(
    ' ',
  );
}

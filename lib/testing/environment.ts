/**
 * One Lambda environment of a simulation: the production worker over the production adapters, on virtual
 * time. A crash ends the environment as it ends a process: nothing it had under way has any further effect,
 * and the next invocation of the same function starts anew.
 */
import type { Call, CallOptions } from '../aws/call.ts';
import { createMessaging, type MessagingNeeds } from '../aws/messaging.ts';
import { createQueues } from '../aws/queues.ts';
import { createReplyQueues } from '../aws/reply-queues.ts';
import { createScheduling } from '../aws/scheduling.ts';
import { type LambdaContext, type SqsEvent, toHandler } from '../aws/serve.ts';
import { createState, createWorkflowSweep } from '../aws/state.ts';
import type { App } from '../define/app.ts';
import type { WorkerNeeds } from '../define/topology.ts';
import type { VirtualEmulator } from '../emulator/index.ts';
import type { InlineEnvironment } from '../emulator/lambda/lambda.ts';
import { createLaterWorker } from '../runtime/later-worker.ts';
import type { Clock, LogLine, Ports } from '../runtime/ports.ts';
import { createWorker } from '../runtime/worker.ts';
import { awsError, type Fault, type FaultPlan, SLOW_MS_MAX } from './faults.ts';
import { createLife, type Life, sleepInLife, untilEnd } from './life.ts';
import { passive, passiveAll } from './passive.ts';
import { REGION } from './place.ts';

/** What all environments of a simulation share. */
export interface World {
  readonly app: App;
  readonly stage: string;
  /** Which ports of messaging the app has a use for. */
  readonly needs: MessagingNeeds;
  readonly emulator: VirtualEmulator;
  readonly chance: () => number;
  readonly faults: FaultPlan;
  /** Told of each start of a handler. */
  readonly started: (task: string, at: number) => void;
  readonly log: (line: LogLine) => void;
}

/** What of a worker's needs makes a difference here: whether it has the runs table, and what it works off. */
export type WorkerKind = Pick<WorkerNeeds, 'state' | 'later'>;

/** An environment for the function of one queue. */
export function createEnvironment(world: World, kind: WorkerKind): InlineEnvironment {
  let lineage = 0;
  let life = createLife();
  let handler = createHandler(world, kind, life, () => lineage);
  return {
    async invoke(event, context) {
      lineage = context.lineage;
      if (!life.alive) {
        life = createLife();
        handler = createHandler(world, kind, life, () => lineage);
      }
      // The emulator's mapping makes the events of SQS, and its context has what a worker reads.
      return untilEnd(life, handler(event as SqsEvent, context as LambdaContext));
    },
    kill: () => life.end('killed'),
  };
}

/** At which calls a worker may die: the faults right before and right after them. */
const DEADLY: Readonly<Record<string, readonly [before: Fault, after: Fault]>> = {
  UpdateItem: ['crashBeforeWrite', 'crashAfterWrite'],
  BatchExecuteStatement: ['crashBeforeWrite', 'crashAfterWrite'],
  SendMessageBatch: ['crashBeforeSend', 'crashAfterSend'],
  PublishBatch: ['crashBeforeSend', 'crashAfterSend'],
  PutEvents: ['crashBeforeSend', 'crashAfterSend'],
  PutObject: ['crashBeforeSend', 'crashAfterSend'],
  PutItem: ['crashBeforeWrite', 'crashAfterWrite'],
  CreateSchedule: ['crashBeforeSend', 'crashAfterSend'],
};

/** `call` over the emulator's models, with the plan's faults, for a process that may die if `mortal`. */
export function createCall(
  world: World,
  life: Life,
  clock: Pick<Clock, 'sleep'>,
  lineage: () => number,
  mortal = true,
): Call {
  const { emulator, faults } = world;
  const die = (operation: string, at: 0 | 1): void => {
    const fault = mortal ? DEADLY[operation]?.[at] : undefined;
    if (fault !== undefined && faults.strikes(fault))
      life.crash(`${at === 0 ? 'before' : 'after'} ${operation}`);
  };
  const call = async (
    service: string,
    operation: string,
    input: object,
    { signal }: CallOptions = {},
  ): Promise<unknown> => {
    life.check();
    if (faults.strikes('slow')) await clock.sleep(faults.chance() * SLOW_MS_MAX);
    if (faults.strikes('throttle')) throw awsError('ThrottlingException', 'Rate exceeded');
    if (faults.strikes('fail')) throw awsError('InternalError', 'the service failed, says the fault plan');
    die(operation, 0);
    // With its signal: a long poll ends with its process, and takes no message away from those that live.
    const answer = await emulator.call(service, operation, { ...input }, { lineage: lineage(), signal });
    die(operation, 1);
    if (faults.strikes('loseAnswer'))
      throw awsError('TimeoutError', 'the answer was lost, says the fault plan');
    life.check();
    return answer;
  };
  // The emulator's models take and give the SDK's shapes; test/conformance runs the same suite over both.
  return call as Call;
}

function createHandler(
  world: World,
  { state, later }: WorkerKind,
  life: Life,
  lineage: () => number,
): ReturnType<typeof toHandler> {
  const { app, stage, chance, log } = world;
  const clock = createClock(world, life);
  const call = createCall(world, life, clock, lineage);
  const own = { clock, chance, log };
  const records = state ? createState(call, world, own) : { runs: undefined };
  const sdk = { call, region: async () => REGION };
  const messaging = passiveAll(clock, createMessaging(sdk, world, world.needs));
  const ports: Ports = { ...own, queues: passive(clock, createQueues(call)), ...records, ...messaging };
  if (!later) return toHandler(createWorker(app, stage, ports), ports);
  const replies = createReplyQueues(call, { app: app.name, stage });
  const scheduling = passiveAll(clock, createScheduling(sdk, world));
  const overdue = createWorkflowSweep(call, world);
  return toHandler(createLaterWorker(app, stage, { ...ports, replies, scheduling, overdue }), ports);
}

/**
 * The worker's clock: handlers are counted, so that virtual time waits for them, and may be struck by a
 * crash.
 */
export function createClock(world: World, life: Life): Clock {
  const { clock } = world.emulator;
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => sleepInLife(clock, life, ms, signal),
    alarm: (ms, ring) => clock.at(clock.now() + ms, ring),
    waiting: (promise) => clock.waiting(promise),
    run: (name, work) =>
      clock.run(name, async () => {
        life.check();
        if (world.faults.strikes('crashBeforeRun')) life.crash(`before a run of '${name}'`);
        world.started(name, clock.now());
        const value = await work();
        if (world.faults.strikes('crashAfterRun')) life.crash(`after a run of '${name}'`);
        life.check();
        return value;
      }),
  };
}

/**
 * The worker of `later`: takes batches from its queue as the other workers do from theirs. What fails comes
 * back soon, and less and less often: a fire may be wanted within a grace of seconds, and an outage may last
 * for hours. What no delivery will make better is dead-lettered with its reason.
 */
import { LATER_RECEIVES_MAX } from '../core/limits.ts';
import { parseMessage } from '../core/message.ts';
import type { App } from '../define/app.ts';
import { defineQueue } from '../define/queue.ts';
import { LATER, laterQueueName } from '../define/resource-name.ts';
import { CeleriacError, toWireError } from '../errors.ts';
import { type Connection, createConnection } from './client.ts';
import { createDeadLetters, type DeadLetters, foreignLetterOf } from './dead-letter.ts';
import { forward } from './dispatch.ts';
import { createLater, type Later } from './later.ts';
import type { Delivery } from './outcome.ts';
import { performFrom } from './perform.ts';
import type { Ports, ReplyQueues } from './ports.ts';
import { createPublisher } from './publisher.ts';
import type { Scheduling } from './schedule-ports.ts';
import { sweepWorkflows } from './sweeper.ts';
import { createTicker } from './ticker.ts';
import { withSweep } from './ticker-sweep.ts';
import type { Worker } from './worker.ts';
import type { Overdue } from './workflow-ports.ts';

/** Set by the bundler to `false` for an app without schedules. */
declare const CELERIAC_FIRES: boolean | undefined;
/** The same for an app without workflows. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** The first failure brings a message back after so long, each further one after twice as long. */
const BACK_SECONDS_MIN = 5;
const BACK_SECONDS_MAX = 180;

export type LaterWorkerPorts = Ports & {
  readonly scheduling: Scheduling;
  /** For the sweep of those that were abandoned; it waits for no reply itself. */
  readonly replies: ReplyQueues;
  /** Finds the workflows whose time is over; undefined in an app that has none. */
  readonly overdue?: Overdue | undefined;
};

export function createLaterWorker(app: App, stage: string, ports: LaterWorkerPorts): Pick<Worker, 'handle'> {
  const connection = createConnection(app, stage, ports);
  const later = toLater(connection, ports);
  const dead = createDeadLetters(connection, defineQueue(LATER));
  return {
    async handle({ queueName, deliveries }) {
      const back = await Promise.all(
        deliveries.map(async (delivery) => {
          if (await taken({ later, dead, connection }, delivery)) return [];
          const hidden = ports.queues.hide(queueName, [delivery.receipt], backSeconds(delivery.receiveCount));
          // It then comes back when the queue's own visibility ends.
          await hidden.catch(() => []);
          return [delivery.messageId];
        }),
      );
      await connection.outbox.flush();
      return back.flat();
    },
  };
}

function toLater(connection: Connection, { scheduling, replies, overdue }: LaterWorkerPorts): Later {
  const { store, timers } = scheduling;
  const { app, space, ports, outbox } = connection;
  const { clock, log, runs } = ports;
  const handOn = { clock, outbox, laterQueueName: laterQueueName(space.app, space.stage) };
  const { publish } = createPublisher(connection, 0);
  return createLater(app, space, {
    ...{ ...handOn, timers, store, runs, log },
    perform: performFrom(connection, publish),
    publish: (body) => published(connection, body),
    ticker:
      (typeof CELERIAC_FIRES === 'undefined' || CELERIAC_FIRES) && store !== undefined
        ? withSweep(createTicker(app, space, { ...handOn, store, log }), { clock, replies, log }, space)
        : undefined,
    sweep:
      (typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS) && overdue !== undefined
        ? () => sweepLogged(connection, overdue)
        : undefined,
  });
}

/**
 * What is left when the function's time is over, the next delivery ends: each workflow that has ended is
 * found no more.
 */
async function sweepLogged(connection: Connection, overdue: Overdue): Promise<void> {
  const workflows = await sweepWorkflows(connection, overdue);
  if (workflows.length > 0) connection.ports.log({ level: 'info', message: 'swept', workflows });
}

/** Publishes a message that has waited; one that goes nowhere now is dropped, as in AMQP. */
async function published(connection: Connection, body: string): Promise<void> {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message' || parsed.message.via === undefined)
    throw new CeleriacError('MALFORMED', 'what was to be published is no published message');
  const { via } = parsed.message;
  await forward(connection, { ...parsed.message, via });
}

interface Place {
  readonly later: Later;
  readonly dead: DeadLetters;
  readonly connection: Connection;
}

/** Whether a delivery is done with; false: it is to come back. */
async function taken({ later, dead, connection }: Place, delivery: Delivery): Promise<boolean> {
  try {
    // A redriven dead letter holds what it was.
    await later.take(foreignLetterOf(delivery.body)?.input ?? delivery.body);
    return true;
  } catch (error) {
    const { log } = connection.ports;
    const wire = toWireError(error, 0);
    log({ level: 'error', message: 'not taken', receives: delivery.receiveCount, error: wire });
    const isMalformed = error instanceof CeleriacError && error.code === 'MALFORMED';
    if (!isMalformed && delivery.receiveCount < LATER_RECEIVES_MAX) return false;
    return buried(dead, delivery, `${wire.code}: ${wire.message}`);
  }
}

async function buried(dead: DeadLetters, delivery: Delivery, why: string): Promise<boolean> {
  try {
    await dead.buryForeign(delivery, 'malformed', why);
    return true;
  } catch {
    // It comes back, and is buried then.
    return false;
  }
}

function backSeconds(receiveCount: number): number {
  return Math.min(BACK_SECONDS_MIN * 2 ** Math.min(receiveCount - 1, 10), BACK_SECONDS_MAX);
}

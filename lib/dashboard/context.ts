/** What every query and action of a desk works with. */
import { redactJson, redactText } from '../core/redact.ts';
import type { App } from '../define/app.ts';
import type { Client } from '../define/client.ts';
import type { Queue } from '../define/queue.ts';
import { deadLetterQueueName, queueNames } from '../define/resource-name.ts';
import type { Schedules } from '../define/schedules-client.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import type { FunctionAdmin, Gauges, QueueAdmin, RunIndex, SeeQueue, Timed } from '../runtime/desk-ports.ts';
import type { Clock, Pauses, Queues, Workers } from '../runtime/ports.ts';

export interface DeskPorts {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly client: Client;
  readonly queues: Queues;
  readonly admin: QueueAdmin;
  readonly functions: FunctionAdmin;
  readonly gauges: Gauges;
  /** undefined where no task keeps a record. */
  readonly index: RunIndex | undefined;
  /** The long-running workers; undefined where nothing keeps a record. */
  readonly workers?: Pick<Workers, 'list' | 'command'> | undefined;
  /** What long-running workers leave alone; likewise. */
  readonly pauses?: Pauses | undefined;
  /** What waits longer than SQS delays it; undefined in an app where nothing does. */
  readonly timed?: Timed | undefined;
  /** undefined where schedules are not kept. */
  readonly schedules?: Schedules | undefined;
  /** Only beside an emulator. */
  readonly see?: SeeQueue | undefined;
}

export interface DeskContext {
  readonly app: App;
  readonly stage: string;
  readonly readOnly: boolean;
  readonly ports: DeskPorts;
}

/** A queue of SQS that the app has. */
export interface NamedQueue {
  /** As a desk calls it: 'payments', 'payments-p1', 'payments-dlq'. */
  readonly name: string;
  readonly queueName: string;
  readonly kind: 'queue' | 'dead-letter';
  readonly queue: Queue;
}

/** All queues of SQS of an app, the dead-letter queues last. */
export function queuesOf({ app, stage }: Pick<DeskContext, 'app' | 'stage'>): readonly NamedQueue[] {
  const levels = app.queues.flatMap((queue) =>
    queueNames(app.name, stage, queue).map((queueName, level): NamedQueue => {
      const name = level === 0 ? queue.name : `${queue.name}-p${level}`;
      return { name, queueName, kind: 'queue', queue };
    }),
  );
  const dead = app.queues.map(
    (queue): NamedQueue => ({
      name: `${queue.name}-dlq`,
      queueName: deadLetterQueueName(app.name, stage, queue),
      kind: 'dead-letter',
      queue,
    }),
  );
  return [...levels, ...dead];
}

/** @throws CeleriacError NOT_FOUND */
export function findQueue(context: DeskContext, name: string): NamedQueue {
  return found(
    queuesOf(context).find((queue) => queue.name === name),
    'queue',
    name,
    () => queuesOf(context).map((queue) => queue.name),
  );
}

/** @throws CeleriacError NOT_FOUND */
export function findTask({ app }: Pick<DeskContext, 'app'>, name: string): AnyTask {
  return found(taskNamed(app, name), 'task', name, () => app.tasks.map((task) => task.name));
}

/** A task by its name, or one it had before. */
export function taskNamed(app: App, name: string): AnyTask | undefined {
  return app.tasks.find((task) => task.name === name || task.aliases.includes(name));
}

/** @throws CeleriacError NOT_FOUND for what is not there. */
export function found<T>(
  value: T | undefined,
  kind: string,
  name: string,
  allowed?: () => readonly string[],
): T {
  if (value !== undefined) return value;
  const names = allowed?.() ?? [];
  const there = names.length === 0 ? '' : `; there is ${names.map((one) => `'${one}'`).join(', ')}`;
  throw new CeleriacError('NOT_FOUND', `there is no ${kind} '${name}'${there}`, {
    value: name,
    ...(names.length === 0 ? {} : { allowed: names }),
  });
}

/** JSON text, redacted: what the task names, and secrets that were found elsewhere. */
export function redactWritten(
  task: AnyTask | undefined,
  written: string,
  secrets: readonly string[],
): string {
  if (task?.redact === undefined) return redactText(written, secrets);
  const parsed: unknown = JSON.parse(written);
  // It was written as JSON.
  const { value, secrets: more } = redactJson(parsed as Parameters<typeof redactJson>[0], task.redact);
  return redactText(JSON.stringify(value), [...secrets, ...more]);
}

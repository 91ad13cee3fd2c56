/** Tells hooks what has happened: the task's own, then the app's. */
import { emfOf } from '../core/emf.ts';
import type { Message } from '../core/message.ts';
import type { Hooks, RunEvent } from '../define/hooks.ts';
import type { AnyTask } from '../define/task.ts';
import { toWireError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Lease } from './outcome.ts';

/** Set by the bundler to `false` where no task needs it; see serve.ts. */
declare const CELERIAC_TELEMETRY: boolean | undefined;

type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0];
/** What a hook is told besides what all are told. */
type More<Name extends keyof Hooks> = Omit<EventOf<Name>, keyof RunEvent>;

/** Tells the hooks of a name; never rejects. `task` is undefined where nobody here knows it. */
export function tell<Name extends keyof Hooks>(
  connection: Connection,
  name: Name,
  of: Told,
  more: More<Name>,
): Promise<void> {
  if (
    (typeof CELERIAC_TELEMETRY === 'undefined' || CELERIAC_TELEMETRY) &&
    (connection.app.telemetry.length > 0 ||
      connection.app.hooks?.[name] !== undefined ||
      of.task?.hooks?.[name] !== undefined)
  )
    return tellAll(connection, name, of, more);
  return TOLD;
}

const TOLD = Promise.resolve();

interface Told {
  readonly task: AnyTask | undefined;
  readonly message: Message;
  /** Where the message was met, for a task that nobody here knows: CloudWatch takes no empty name. */
  readonly lease?: Pick<Lease, 'queue'> | undefined;
}

async function tellAll<Name extends keyof Hooks>(
  { app, ports }: Connection,
  name: Name,
  { task, message, lease }: Told,
  more: More<Name>,
): Promise<void> {
  const told = [task?.hooks, app.hooks, ...app.telemetry.map(({ hooks }) => hooks)];
  const hooks = told.flatMap((one) => one?.[name] ?? []);
  const spaces = app.telemetry.flatMap(({ namespace }) => namespace ?? []);
  if (hooks.length === 0 && spaces.length === 0) return;
  const about: RunEvent = {
    task: task?.name ?? message.task,
    id: message.id,
    queue: (task?.queue ?? lease?.queue)?.name ?? '',
    headers: message.headers,
    at: new Date(ports.clock.now()),
  };
  for (const space of spaces) {
    const metrics = emfOf(space, name, { ...about, ...more });
    if (metrics !== undefined) ports.log({ level: 'info', message: 'metrics', ...metrics });
  }
  for (const hook of hooks) {
    try {
      // The event is what the hook of this name takes: the common part and the rest.
      await hook({ ...about, ...more } as never);
    } catch (thrown) {
      const error = toWireError(thrown, 0);
      ports.log({
        level: 'warn',
        message: 'a hook threw',
        hook: name,
        task: about.task,
        id: about.id,
        error,
      });
    }
  }
}

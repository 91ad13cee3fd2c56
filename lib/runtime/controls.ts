/** The part of a client that acts on runs which are under way or over, and on the limits of tasks. */
import type { Json } from '../core/json.ts';
import { SLOTS_MAX } from '../core/limits.ts';
import { type Message, parseMessage } from '../core/message.ts';
import { parseRate } from '../core/rate.ts';
import type { AsyncResult, Client } from '../define/client.ts';
import type { Limits } from '../define/control.ts';
import { queueName } from '../define/resource-name.ts';
import type { AnyTask, OutputOf } from '../define/task.ts';
import { CeleriacError, TaskError } from '../errors.ts';
import { type Connection, ownTask } from './client.ts';
import { toOutgoing, validate } from './compose.ts';
import type { RunAdmin } from './control-port.ts';
import { levelOf } from './level.ts';
import type { RunRecord, State } from './ports.ts';
import { revocationExpiry, revocationName } from './revocation.ts';
import { sweepWorkflows } from './sweeper.ts';

type Controls = Pick<Client, 'revoke' | 'revokeBy' | 'retry' | 'limits' | 'sweepWorkflows'>;

export function createControls(shared: Connection): Controls {
  return {
    revoke: (task, ids, options) =>
      Promise.all(ids.map((id) => shared.results.handle(ownTask(shared.app, task), id).revoke(options))),
    revokeBy: (header, value, { terminate = false } = {}) => revokeBy(shared, header, value, terminate),
    retry: async (asked, id, options) => {
      const task = ownTask(shared.app, asked);
      await retry(shared, task, id, options ?? {});
      // The handle has the type of the task that it was asked for.
      return shared.results.handle(task, id) as AsyncResult<OutputOf<typeof asked>>;
    },
    sweepWorkflows: () => sweepWorkflows(shared),
    limits: {
      set: (task, limits) => setLimits(shared, task, limits),
      get: (task) => getLimits(shared, task),
    },
  };
}

async function revokeBy(
  { app, ports }: Connection,
  header: string,
  value: string,
  terminate: boolean,
): Promise<void> {
  const named = app.tasks.flatMap(({ limits }) => limits.revokedBy);
  if (!named.includes(header)) {
    const text =
      `no task of app '${app.name}' can be revoked by header '${header}'; define one with ` +
      `revocable: { headers: ['${header}'] }`;
    throw new CeleriacError('REVOKE_HEADER_UNKNOWN', text, { value: header, allowed: named });
  }
  const now = ports.clock.now();
  const name = revocationName(header, value);
  await adminOf(ports.state).revokeBy(name, { until: now, terminate }, revocationExpiry(now));
}

async function retry(
  shared: Connection,
  task: AnyTask,
  id: string,
  options: { readonly input?: unknown },
): Promise<void> {
  const { app, space, ports, outbox } = shared;
  const record = (await ports.runs?.read([id]))?.get(id);
  if (record?.state !== 'FAILURE' && record?.state !== 'REVOKED') {
    const text =
      `run '${id}' of task '${task.name}' is ${record?.state ?? 'unknown'}; only one that has failed or ` +
      'was revoked is run again';
    throw new TaskError('RETRY_NOT_FAILED', text, { value: id });
  }
  const before = letterOf(record);
  if (before === undefined && !('input' in options)) {
    const text =
      `the input of run '${id}' is not in its record (it was too large, forgotten, or never started); give ` +
      'it with { input }, or redrive its dead letter';
    throw new TaskError('RETRY_NOT_KEPT', text, { value: id });
  }
  const message = again(record, before ?? plain(record), options);
  if ('input' in options) await validate(task, options.input);
  const store = ports.blobs === undefined ? undefined : outbox.store;
  const name = queueName(app.name, space.stage, task.queue, levelOf(task.queue, message));
  await outbox.send(name, await toOutgoing({ store }, task, message));
  // Afterwards: whoever dies in between has left a message that runs, and not a record that waits for none.
  await adminOf(ports.state).reopen(id, record.generation);
}

/** The run's next generation, so that what is left of this one does not run beside it. */
function again(record: RunRecord, before: Message, options: { readonly input?: unknown }): Message {
  const next = { ...before, generation: record.generation + 1, attempt: 0, crashes: 0, claim: true };
  if (!('input' in options)) return next;
  const { blob: _, input: __, ...rest } = next;
  // `validate` shows, before it is sent, that nothing but JSON is in it.
  return options.input === undefined ? rest : { ...rest, input: options.input as Json };
}

function letterOf({ letter }: RunRecord): Message | undefined {
  const parsed = letter === undefined ? undefined : parseMessage(letter);
  return parsed?.kind === 'message' ? parsed.message : undefined;
}

function plain({ id, task, sentAt }: RunRecord): Message {
  const counts = { generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops: 0 };
  return { id, task, sentAt, ...counts, claim: true, headers: {}, history: [] };
}

async function setLimits({ ports }: Connection, task: AnyTask, limits: Limits): Promise<void> {
  const { rateLimit, concurrency } = limits;
  const missing = [
    ...(rateLimit === undefined || task.limits.rate !== undefined ? [] : ['rateLimit']),
    ...(concurrency === undefined || task.limits.slots !== undefined ? [] : ['concurrency']),
  ];
  if (missing.length > 0) {
    const text =
      `task '${task.name}' is defined without ${missing.join(' and ')}, so its workers do not look for ` +
      'one; define it, rateLimit as 0 or concurrency as a high number, to set it later';
    throw new CeleriacError('LIMIT_NOT_DEFINED', text, { value: missing });
  }
  parseRate(rateLimit);
  if (
    typeof concurrency === 'number' &&
    !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= SLOTS_MAX)
  ) {
    const text =
      `task '${task.name}': concurrency is ${concurrency}; give a whole number from 1 to ` + `${SLOTS_MAX}`;
    throw new CeleriacError('CONCURRENCY_OUT_OF_RANGE', text, { value: concurrency });
  }
  await limitsOf(ports.state).set(task.name, limits);
}

async function getLimits({ ports }: Connection, task: AnyTask): Promise<Limits> {
  const set = await limitsOf(ports.state).settings(task.name);
  const rate = set?.rateLimit ?? task.limits.rate?.limit;
  const concurrency = set?.concurrency ?? task.limits.slots?.max;
  return {
    ...(rate === undefined || rate === false ? {} : { rateLimit: rate }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** A client has all of the table, whatever the app's tasks need. */
function limitsOf(state: State | undefined): NonNullable<State['limits']> {
  return state?.limits ?? noState();
}

function adminOf(state: State | undefined): RunAdmin {
  return state?.admin ?? noState();
}

/** Refuses what needs a table, in an app that has none. */
export function noState(): never {
  const text =
    'nothing in this app keeps a record, so it has no table; give a task a result, a limit or once';
  throw new CeleriacError('NO_STATE', text);
}

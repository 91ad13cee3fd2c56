/** The part of a client that acts on runs which are under way or over, and on the limits of tasks. */
import { changeLimits } from '../core/limit-settings.ts';
import { SLOTS_MAX } from '../core/limits.ts';
import { parseRate } from '../core/rate.ts';
import type { AsyncResult, Client } from '../define/client.ts';
import type { Limits } from '../define/control.ts';
import type { AnyTask, OutputOf } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { RunAdmin } from './control-port.ts';
import { noState } from './no-state.ts';
import { ownTask } from './own-task.ts';
import type { State } from './ports.ts';
import { revocationExpiry, revocationName } from './revocation.ts';
import { runAgain } from './run-again.ts';
import { sweepWorkflows } from './sweeper.ts';

type Controls = Pick<Client, 'revoke' | 'revokeBy' | 'retry' | 'limits' | 'sweepWorkflows'>;

export function createControls(shared: Connection): Controls {
  return {
    revoke: (task, ids, options) =>
      Promise.all(ids.map((id) => shared.results.handle(ownTask(shared.app, task), id).revoke(options))),
    revokeBy: (header, value, { terminate = false } = {}) => revokeBy(shared, header, value, terminate),
    retry: async (asked, id, options) => {
      const task = ownTask(shared.app, asked);
      await runAgain(shared, adminOf(shared.ports.state), task, { ...options, id });
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
    concurrency !== undefined &&
    concurrency !== null &&
    !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= SLOTS_MAX)
  ) {
    const text =
      `task '${task.name}': concurrency is ${concurrency}; give a whole number from 1 to ` + `${SLOTS_MAX}`;
    throw new CeleriacError('CONCURRENCY_OUT_OF_RANGE', text, { value: concurrency });
  }
  const given = {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  const now = ports.clock.now();
  await limitsOf(ports.state).set(task.name, (old) => changeLimits(old, given, definedOf(task), now));
}

async function getLimits({ ports }: Connection, task: AnyTask): Promise<Limits> {
  const set = await limitsOf(ports.state).settings(task.name);
  const defined = definedOf(task);
  const rateLimit = set?.rateLimit ?? defined.rateLimit;
  const concurrency = set?.concurrency ?? defined.concurrency;
  return {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** The limits that a task was defined with. */
function definedOf({ limits: { rate, slots } }: AnyTask): Limits {
  return {
    ...(rate === undefined || rate.limit === undefined || rate.limit === false
      ? {}
      : { rateLimit: rate.limit }),
    ...(slots === undefined ? {} : { concurrency: slots.max }),
  };
}

/** A client has all of the table, whatever the app's tasks need. */
function limitsOf(state: State | undefined): NonNullable<State['limits']> {
  return state?.limits ?? noState();
}

function adminOf(state: State | undefined): RunAdmin {
  return state?.admin ?? noState();
}

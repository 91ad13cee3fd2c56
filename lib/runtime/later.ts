/**
 * `later`: works off the queue in which everything waits that no service can delay as it must. A message that
 * is due goes on to its own queue. A fire that is due is decided on by the records as they are then, and
 * performed under its id. First the record, then the send: whoever dies in between is followed by a second
 * delivery, which finds its own lease and sends under the same id.
 */
import type { IdSpace } from '../core/id.ts';
import { LATE_MS } from '../core/limits.ts';
import { decideFire, type FireDecision } from '../core/schedule/delivery.ts';
import { type EffectiveSchedule, effectiveOf, type Pause } from '../core/schedule/entry.ts';
import {
  type DelayedMessage,
  type DelayedPublish,
  dueTime,
  type Fire,
  fireId,
  parseLater,
} from '../core/schedule/fire.ts';
import { withTaken } from '../core/schedule/in-time.ts';
import { admit, holding, leaseOf } from '../core/schedule/instances.ts';
import { isLate } from '../core/schedule/misfire.ts';
import { type FireOutcome, NEW_STATE, type ScheduleState, withOutcome } from '../core/schedule/state.ts';
import type { App } from '../define/app.ts';
import { CeleriacError } from '../errors.ts';
import { type DelayPorts, wait } from './delayed.ts';
import type { Perform } from './perform.ts';
import type { Log, Runs } from './ports.ts';
import type { ScheduleStore } from './schedule-ports.ts';
import { loadSchedule } from './schedule-view.ts';
import type { Ticker } from './ticker.ts';

/** Set by the bundler to `false` for an app without schedules. */
declare const CELERIAC_FIRES: boolean | undefined;

export interface LaterPorts extends DelayPorts {
  /** undefined in an app without schedules, whose `later` delays messages only. */
  readonly store: ScheduleStore | undefined;
  /** Says which runs have ended, for maxInstances. */
  readonly runs: Runs | undefined;
  readonly perform: Perform;
  /** Publishes a message that has waited, from its envelope. */
  readonly publish: (body: string) => Promise<void>;
  /** Takes the ticks; undefined where there is no record of schedules. */
  readonly ticker: Ticker | undefined;
  /** Ends the workflows that are overdue; undefined where there are none. */
  readonly sweep: (() => Promise<void>) | undefined;
  readonly log: Log;
}

export interface Later {
  /**
   * Works off one body. Rejects where it must be delivered again.
   * @throws CeleriacError MALFORMED for a body that no delivery will make better.
   */
  take(body: string): Promise<void>;
}

/** How often a record is read and written again when others change it at the same time. */
const TRIES_MAX = 16;

export function createLater(app: App, space: IdSpace, ports: LaterPorts): Later {
  return {
    async take(body) {
      const message = parseLater(body);
      switch (message?.kind) {
        case undefined:
          throw malformed('a body in the queue of later is nothing that it knows');
        case 'message':
          return takeMessage(ports, message.message);
        case 'publish':
          return takePublish(ports, message.publish);
        case 'tick':
          if (ports.ticker === undefined) throw malformed('a tick came to an app that has no schedules');
          await ports.ticker.tick(new Date(message.nominal));
          return;
        case 'sweep':
          if (ports.sweep === undefined) throw malformed('a sweep came to an app that has no workflows');
          return ports.sweep();
        case 'fire':
          return (typeof CELERIAC_FIRES === 'undefined' || CELERIAC_FIRES) && ports.store !== undefined
            ? takeFire({ app, space, ports, store: ports.store }, message.fire)
            : Promise.reject(malformed('a fire came to an app that has no schedules'));
      }
    },
  };
}

function malformed(text: string): CeleriacError {
  return new CeleriacError('MALFORMED', text);
}

async function takeMessage(ports: LaterPorts, message: DelayedMessage): Promise<void> {
  const { id, dueAt, queueName, body, group, deduplication } = message;
  if (dueAt > ports.clock.now()) return wait(ports, id, dueAt, { kind: 'message', message });
  const order =
    group === undefined ? {} : { group, ...(deduplication === undefined ? {} : { deduplication }) };
  await ports.outbox.send(queueName, { body, ...order });
}

async function takePublish(ports: LaterPorts, publish: DelayedPublish): Promise<void> {
  const { id, dueAt, body } = publish;
  if (dueAt > ports.clock.now()) return wait(ports, id, dueAt, { kind: 'publish', publish });
  await ports.publish(body);
}

interface Work {
  readonly app: App;
  readonly space: IdSpace;
  readonly ports: LaterPorts;
  readonly store: ScheduleStore;
}

async function takeFire(work: Work, fire: Fire): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (await tryFire(work, fire)) return;
  }
  const text = `the record of schedule '${fire.schedule}' changes all the time; the fire is delivered again`;
  throw new CeleriacError('RECORD_BUSY', text);
}

/** false: its record was changed meanwhile, and all is to be looked at again. */
async function tryFire(work: Work, fire: Fire): Promise<boolean> {
  const { app, space, ports, store } = work;
  const [schedule, pause, states] = await Promise.all([
    loadSchedule(app, store, fire.schedule),
    store.pause(),
    store.states([fire.schedule]),
  ]);
  const state = states.get(fire.schedule) ?? NEW_STATE;
  const now = ports.clock.now();
  const decision = decideFire({ space, fire, schedule, state, pause, now });
  if (decision.kind === 'wait') {
    const id = fireId(space, fire.schedule, fire.scheduledAt);
    const waiting = { kind: 'fire' as const, fire: { ...fire, dueAt: decision.dueAt } };
    // With its time: a change may have put it off, while the timer that has brought it is still there.
    await wait(ports, `${id}-${decision.dueAt}`, decision.dueAt, waiting);
    return true;
  }
  // Nothing is kept of a schedule that is not there.
  if (schedule === undefined) return logged(ports, fire, 'removed');
  return settleFire(work, { fire, schedule, state, pause, now }, decision);
}

interface Found {
  readonly fire: Fire;
  readonly schedule: EffectiveSchedule;
  readonly state: ScheduleState;
  readonly pause: Pause | undefined;
  readonly now: number;
}

async function settleFire(
  work: Work,
  found: Found,
  decision: Exclude<FireDecision, { kind: 'wait' }>,
): Promise<boolean> {
  const { ports, store } = work;
  const { fire, schedule, state, now } = found;
  const { name, spec } = schedule;
  const at = { scheduledAt: fire.scheduledAt, at: now };
  if (decision.kind === 'drop') {
    const dropped = counted(work, found, withOutcome(state, { ...at, outcome: decision.why }));
    if (!(await written(store, name, dropped, state))) return false;
    await removeIfOver(store, schedule, fire);
    return logged(ports, fire, decision.why);
  }
  const { id, dueAt, absorbs } = decision;
  const held = spec.maxInstances === undefined ? [] : await stillHeld(ports, state, now);
  const admission = admit(held, leaseOf(spec.call, id, now), spec.maxInstances);
  const outcome = admission.kind === 'full' ? 'max-instances' : 'sent';
  const next = {
    ...counted(work, found, withOutcome(state, { ...at, outcome, ...(outcome === 'sent' ? { id } : {}) })),
    instances: admission.instances,
    ...(absorbs === undefined || outcome !== 'sent'
      ? {}
      : { absorbed: { by: fire.scheduledAt, until: absorbs } }),
  };
  if (!(await written(store, name, next, state))) return false;
  if (outcome === 'sent')
    await ports.perform(spec.call, { schedule: name, id, scheduledAt: fire.scheduledAt, dueAt });
  await removeIfOver(store, schedule, fire);
  return logged(ports, fire, outcome);
}

/** The state after a fire, with whether that came in time. */
function counted({ space }: Work, { fire, schedule, state, now }: Found, next: ScheduleState): ScheduleState {
  const { name, spec } = schedule;
  if (next === state || spec.coalesce !== 'latest' || spec.trigger.kind === 'date') return next;
  const { scheduledAt } = fire;
  const late = isLate(dueTime(space, name, spec, scheduledAt), now, LATE_MS);
  return { ...next, inTime: withTaken(state, spec, scheduledAt, late) };
}

async function stillHeld(
  ports: LaterPorts,
  state: ScheduleState,
  now: number,
): Promise<ScheduleState['instances']> {
  if (state.instances.length === 0) return [];
  const records = await ports.runs?.read(state.instances.map(({ id }) => id));
  const ended = new Map([...(records ?? [])].map(([id, record]) => [id, record.state]));
  return holding(state.instances, ended, now);
}

/** Writes a state that differs from what was read; one that does not costs nothing. */
async function written(
  store: ScheduleStore,
  name: string,
  next: ScheduleState,
  before: ScheduleState,
): Promise<boolean> {
  if (next === before) return true;
  return store.putState(name, { ...next, version: before.version + 1 }, before.version);
}

/**
 * A date that was added at run time is gone with its only fire, as in APScheduler. What else fires no
 * more, the ticker removes a day later, when no fire of it can be under way.
 */
async function removeIfOver(store: ScheduleStore, schedule: EffectiveSchedule, fire: Fire): Promise<void> {
  const { source, spec, name, revision, createdAt } = schedule;
  if (source !== 'runtime' || spec.trigger.kind !== 'date' || fire.revision !== revision) return;
  let { entry } = schedule;
  for (let tries = 0; tries < TRIES_MAX && entry !== undefined; tries++) {
    if (await store.remove(name, entry.revision)) return;
    // Whoever has added it may only have written that it is fired: it is the same date then.
    entry = await store.read(name);
    const found = effectiveOf(undefined, entry);
    if (found?.revision !== revision || found.createdAt !== createdAt) return;
  }
}

function logged({ log }: LaterPorts, fire: Fire, outcome: FireOutcome): true {
  const { schedule, scheduledAt } = fire;
  const level = outcome === 'misfire' || outcome === 'max-instances' ? 'warn' : 'info';
  log({ level, message: 'fired', schedule, scheduledAt: new Date(scheduledAt).toISOString(), outcome });
  return true;
}

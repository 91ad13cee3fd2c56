/**
 * What a run needs besides its claim: a slot of its task's rate, one of its places, its key. They are asked
 * for before the claim, so that a message which has to wait leaves no trace in its record; whoever may not
 * start yet goes on as a copy that says what it waits for. A duplicate that gets through is stopped by the
 * claim, and gives back what it took.
 */

import { orderOf } from '../core/id.ts';
import { isLowered, type LimitSettings } from '../core/limit-settings.ts';
import type { Message } from '../core/message.ts';
import { parseRate, type Rate, type RateLimit } from '../core/rate.ts';
import { secondsAfterTurn, secondsToKey, secondsToTurn } from '../core/wait.ts';
import type { Once } from '../define/once.ts';
import { toWireError } from '../errors.ts';
import type { Limits, LockOutcome, Locks, SlotOutcome } from './gate-ports.ts';
import { type Entered, type Entry, type Gate, onceKeyOf, type Pass, type Waiting } from './gated.ts';
import { leaseEnd, PASS_BEAT_MS } from './lease.ts';
import { isGivenUp } from './once-send.ts';
import type { Chance, Clock, Log, Runs } from './ports.ts';
import { createSlots, type RateSlot, type Slots } from './rate-slot.ts';

export interface GatePorts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  readonly locks: Locks;
  readonly limits: Limits;
  readonly runs: Pick<Runs, 'read'>;
}

/** A worker learns of changed limits within this. */
const SETTINGS_MS = 5_000;
/**
 * Places are expected to be free a little sooner than runs took of late: an idle place costs more than a
 * look.
 */
const OPTIMISM = 0.8;
const TOOK_MS_UNKNOWN = 1_000;
const RECKONED_EVERY = 4;
const LOOK_AGAIN_MS = 400;

export function createGate(ports: GatePorts): Gate {
  const slots = createSlots(ports);
  const settings = createSettings(ports);
  return {
    async enter(entry) {
      const { task } = entry;
      // First of all: what is not to run takes no turn from what is.
      if (await isDebounced(ports, entry)) return { kind: 'drop', reason: 'debounced' };
      const limited = task.limits.rate !== undefined || task.limits.slots !== undefined;
      const set = limited ? await settings(task.name) : undefined;
      const slot = await enterRate(slots, entry, set);
      if (slot !== undefined && 'kind' in slot) return keptMeanwhile(ports, entry, slot);
      const place = await enterPlaces(ports, entry, set);
      if (place?.kind === 'wait') return keptMeanwhile(ports, entry, place);
      const pass = createPass(ports, entry, slot, place?.slot);
      const kept = await enterOnce(ports, entry);
      if (kept === undefined || 'kind' in kept === false) return { kind: 'in', pass: pass(kept?.key) };
      await pass(undefined).leave();
      return kept;
    },
  };
}

/** A task's limits as they were set, looked at anew every few seconds. */
function createSettings({ clock, limits }: GatePorts): (task: string) => Promise<LimitSettings | undefined> {
  const known = new Map<
    string,
    { readonly at: number; readonly settings: Promise<LimitSettings | undefined> }
  >();
  return (task) => {
    const before = known.get(task);
    if (before !== undefined && clock.now() - before.at < SETTINGS_MS) return before.settings;
    const settings = limits.settings(task);
    known.set(task, { at: clock.now(), settings });
    settings.catch(() => known.delete(task));
    return settings;
  };
}

async function enterRate(
  slots: Slots,
  entry: Entry,
  set: LimitSettings | undefined,
): Promise<RateSlot | Waiting | undefined> {
  const { rate } = entry.task.limits;
  if (rate === undefined) return undefined;
  const limit = parsed(set?.rateLimit ?? rate.limit);
  if (limit === undefined) return undefined;
  const epoch = set?.epoch ?? 0;
  return slots.take(entry.message, onceKeyOf(entry.task, rate.by, entry.input), limit, epoch);
}

/** A wait for something else than the key, over which a key that was reserved at send stays reserved. */
async function keptMeanwhile({ clock, locks }: GatePorts, entry: Entry, waiting: Waiting): Promise<Waiting> {
  const { task, message, input } = entry;
  const { once } = task;
  if (!isReserved(once) || message.force === true) return waiting;
  const until = clock.now() + waiting.seconds * 1_000 + once.forMs;
  await locks.prolong(onceKeyOf(task, once.key, input), message.id, until);
  return mayHaveHad(entry) ? { ...waiting, wait: { ...waiting.wait, owed: true } } : waiting;
}

/** Whether a call has its key from its send on, until it has run. */
function isReserved(once: Once | undefined): once is Once {
  return once !== undefined && once.keep === undefined && once.taken !== 'wait';
}

/** What was set was checked when it was set. */
function parsed(limit: RateLimit): Rate | undefined {
  return parseRate(limit);
}

async function enterPlaces(
  { clock, chance, limits }: GatePorts,
  entry: Entry,
  set: LimitSettings | undefined,
): Promise<{ readonly kind: 'taken'; readonly slot: string } | Waiting | undefined> {
  const { task, message, input, token } = entry;
  if (task.limits.slots === undefined) return undefined;
  const max = set?.concurrency ?? task.limits.slots.max;
  const key = `place#${onceKeyOf(task, task.limits.slots.by, input)}`;
  const wait = message.wait?.for === 'concurrency' ? message.wait : undefined;
  const ask = (now: number): Promise<SlotOutcome> => {
    const until = leaseEnd(entry.deadline, now, PASS_BEAT_MS);
    const before = set !== undefined && isLowered(set, max, now) ? set.before : undefined;
    return limits.acquire({ key, max, before, token, now, until, chance: chance() });
  };
  let now = clock.now();
  let outcome = await ask(now);
  if (outcome.kind === 'full' && wait !== undefined && wait.at <= now) {
    // Its turn has come: a place may be free in less than the second that SQS delays at least.
    await clock.sleep(LOOK_AGAIN_MS * (1 + chance()));
    now = clock.now();
    outcome = await ask(now);
  }
  if (outcome.kind === 'taken') return outcome;
  const count = (wait?.count ?? 0) + 1;
  const waiting = (at: number, seconds: number): Waiting => ({
    kind: 'wait',
    wait: { for: 'concurrency', at, count },
    seconds,
  });
  if (wait !== undefined && wait.at > now) return waiting(wait.at, secondsToTurn(wait.at, now));
  // What was expected before any run had ended was a guess, and is made anew.
  const again = outcome.tookMs !== undefined && count % RECKONED_EVERY === 0;
  if (wait !== undefined && !again) return waiting(wait.at, secondsAfterTurn(count, chance()));
  // How long until it is this message's turn: those before it need so long, one after the other in each
  // place.
  const spacingMs = (OPTIMISM * Math.max(1, outcome.tookMs ?? TOOK_MS_UNKNOWN)) / max;
  const at = await limits.reserve(`turn#${key}`, spacingMs, now);
  return waiting(at, secondsToTurn(at, now));
}

/**
 * Whether a later call of its key was sent. Whoever runs it again by hand, or redrives it, wants this one.
 */
async function isDebounced({ locks }: GatePorts, { task, message, input }: Entry): Promise<boolean> {
  const { once } = task;
  if (once?.keep !== 'last' || message.force === true || message.generation > 0) return false;
  const latest = await locks.latest(onceKeyOf(task, once.key, input));
  return latest !== undefined && latest > orderOf(message);
}

type Kept = { readonly key: string };

async function enterOnce(
  ports: GatePorts,
  entry: Entry,
): Promise<Kept | Exclude<Entered, { kind: 'in' }> | undefined> {
  const { task, message, input, token } = entry;
  const { once } = task;
  if (once === undefined || once.keep !== undefined || message.force === true) return undefined;
  // It has given its key up when it began, for good: another call that has it by now does not stand for it.
  if (once.until === 'start' && message.attempt > 0) return undefined;
  const key = onceKeyOf(task, once.key, input);
  const { id } = message;
  const turn = turnOf(message);
  const ask = async (now: number): Promise<LockOutcome> =>
    ports.locks.take({ key, id, turn, token, now, until: leaseEnd(entry.deadline, now, PASS_BEAT_MS) });
  let now = ports.clock.now();
  let outcome = await ask(now);
  if (outcome.kind === 'held' && outcome.by !== id && (await isLeft(ports, key, outcome))) {
    now = ports.clock.now();
    outcome = await ask(now);
  }
  if (outcome.kind === 'taken') return { key };
  if (outcome.by !== id && once.taken !== 'wait') {
    const isBegun = await hasBegun(ports, message);
    if (isBegun && once.until === 'start') return undefined;
    if (!isBegun && !mayHaveHad(entry)) return { kind: 'drop', reason: 'once' };
  }
  const count = message.wait?.for === 'once' ? message.wait.count + 1 : 1;
  const seconds = secondsToKey(outcome.untilMs, now, count, ports.chance());
  return { kind: 'wait', wait: { for: 'once', at: now + seconds * 1_000, count }, seconds };
}

/**
 * Whether its run has begun before: it has crashed or was interrupted, and has lost the key meanwhile. It was
 * accepted, so it is not dropped for a call that came later.
 */
async function hasBegun({ runs }: GatePorts, { id, generation }: Message): Promise<boolean> {
  const record = (await runs.read([id])).get(id);
  return record?.generation === generation && (record.state === 'STARTED' || record.state === 'RETRY');
}

/** Whether it may have lost the key before its claim: its worker has died there, or could not reach AWS. */
function mayHaveHad({ message, crashes }: Entry): boolean {
  const { deferredSince, wait } = message;
  return crashes > 0 || deferredSince !== undefined || wait?.for === 'once' || wait?.owed === true;
}

/**
 * Whether a key has been freed that nobody would give back: its run was revoked or has expired while it
 * waited.
 */
async function isLeft(
  { locks, runs }: GatePorts,
  key: string,
  { by, isRunning }: Extract<LockOutcome, { kind: 'held' }>,
): Promise<boolean> {
  return !isRunning && (await isGivenUp({ runs }, by, undefined)) && (await locks.free(key, by));
}

/** Grows with each attempt and each generation. */
function turnOf({ generation, attempt }: Message, more = 0): number {
  return generation * 1_000_000 + attempt + more;
}

/** What was taken on the way in; `key` comes last. */
function createPass(
  ports: GatePorts,
  entry: Entry,
  slot: RateSlot | undefined,
  place: string | undefined,
): (key: string | undefined) => Pass {
  const { clock, limits, locks } = ports;
  const { token, task, message } = entry;
  return (key) => {
    let held = key;
    let startedAt = clock.now();
    const quietly = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await work;
      } catch (thrown) {
        const error = toWireError(thrown, 0);
        ports.log({ level: 'warn', message: 'a lease lapses', task: task.name, id: message.id, error });
        return otherwise;
      }
    };
    const release = async (): Promise<void> => {
      const given = held;
      held = undefined;
      if (given !== undefined) await quietly(locks.release(given, token), undefined);
    };
    const park = async (seconds: number, attempts: number): Promise<void> => {
      const given = held;
      if (given === undefined) return;
      held = undefined;
      const until = clock.now() + seconds * 1_000 + (task.once?.forMs ?? 0);
      await quietly(locks.park(given, token, turnOf(message, attempts), until), false);
    };
    const putOff = async (seconds: number): Promise<void> => {
      if (isReserved(task.once)) await park(seconds, 0);
    };
    return {
      async start() {
        const late = await slot?.start();
        startedAt = clock.now();
        if (late !== undefined) await putOff(late.seconds);
        if (late === undefined && task.once?.until === 'start') await release();
        return late;
      },
      async beat() {
        const until = leaseEnd(entry.deadline, clock.now(), PASS_BEAT_MS);
        const kept = await Promise.all([
          place === undefined || quietly(limits.extend(place, token, until), true),
          held === undefined || quietly(locks.extend(held, token, until), true),
        ]);
        return kept.every((one) => one);
      },
      park: (seconds, attempts = 1) => park(seconds, attempts),
      putOff,
      async leave() {
        await release();
        if (place !== undefined) await quietly(limits.free(place, token, clock.now() - startedAt), undefined);
      },
    };
  };
}

/**
 * The port Limits over DynamoDB, in the table of runs. A rate is one number, from when on its bucket is full
 * again. Slots in number are items of their own, each under a partition of its own, so that none is hot and
 * each is taken by one conditional write.
 */
import type { LimitSettings } from '../core/limit-settings.ts';
import { CeleriacError } from '../errors.ts';
import type { Limits, SlotOutcome, SlotRequest } from '../runtime/gate-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import type { Item, Key } from './run-item.ts';
import { createUpdates, type Update, type Updates, type Written } from './updates.ts';

/** What nobody has asked for so long is cleared away. */
const IDLE_SECONDS = 7 * 86_400;
/** Two conditions that exclude each other are tried by turns; each can fail only when somebody was faster. */
const TRIES_MAX = 20;
/** DynamoDB: keys of one BatchGetItem. Of more slots, so many in a row are looked at. */
const LOOKED_MAX = 100;
/** By then every worker knows of a change (gate.ts), and what had asked before has its place. */
const KNOWN_MS = 30_000;
const OVER_MAX = 1_000;

export function createLimits(call: Call, tableName: string): Limits {
  const update = createUpdates(call, tableName);
  /** Lowered numbers of places behind which nobody is any more. */
  const over = new Set<string>();
  return {
    reserve: (key, lengthMs, now, latest) => reserve(update, key, lengthMs, now, latest),
    acquire: (request) => acquire(update, (keys) => readItems(call, tableName, keys), over, request),
    async extend(slot, token, until) {
      const values = { ':until': number(until), ':token': { S: token } };
      return (await update(toKey(slot), { set: ['#until = :until'], values }, MINE)).kind === 'written';
    },
    async free(slot, token, tookMs) {
      const values = { ':zero': number(0), ':took': number(tookMs), ':token': { S: token } };
      await update(toKey(slot), { set: ['#until = :zero, #took = :took'], values }, MINE);
    },
    async settings(task) {
      const [item] = await readItems(call, tableName, [toKey(`limits#${task}`)]);
      return item === undefined ? undefined : toSettings(item);
    },
    async set(task, change) {
      const key = toKey(`limits#${task}`);
      let [item] = await readItems(call, tableName, [key]);
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const settings = change(item === undefined ? undefined : toSettings(item));
        const written = await update(key, ...settingsUpdate(settings, item));
        if (written.kind === 'written') return settings;
        item = written.item;
      }
      throw foughtOver(`the limits of '${task}' are`, task);
    },
  };
}

/** Writes settings in the place of those that were there, unless there are others by now. */
function settingsUpdate({ epoch, ...rest }: LimitSettings, old: Item | undefined): [Update, string] {
  const values = { ':text': { S: JSON.stringify(rest) }, ':epoch': number(epoch) };
  const set = ['#settings = :text, #epoch = :epoch'];
  if (old === undefined) return [{ set, values }, 'attribute_not_exists(#epoch)'];
  const { settings: was = { S: '' }, epoch: epochWas = number(0) } = old;
  const seen = { ...values, ':was': was, ':epochWas': epochWas };
  return [{ set, values: seen }, '#settings = :was AND #epoch = :epochWas'];
}

const MINE = '#token = :token';

async function reserve(
  update: Updates,
  key: string,
  lengthMs: number,
  now: number,
  latest = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const lives = { ':expiresAt': number(Math.ceil(now / 1_000) + IDLE_SECONDS) };
  let busy = true;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const written: Written = busy
      ? await update(
          toKey(key),
          {
            set: ['#fullAt = #fullAt + :length, #expiresAt = :expiresAt'],
            values: {
              ...lives,
              ':length': number(lengthMs),
              ':now': number(now),
              ':latest': number(latest),
            },
          },
          '#fullAt > :now AND #fullAt <= :latest',
        )
      : await update(
          toKey(key),
          {
            set: ['#fullAt = :fullAt, #expiresAt = :expiresAt'],
            values: { ...lives, ':fullAt': number(now + lengthMs), ':now': number(now) },
          },
          'attribute_not_exists(#fullAt) OR #fullAt <= :now',
        );
    if (written.kind === 'written') return Number(written.item.fullAt?.N) - lengthMs;
    const fullAt: number = Number(written.item.fullAt?.N ?? 0);
    if (fullAt > latest) return fullAt;
    busy = fullAt > now;
  }
  throw foughtOver(`the rate '${key}' is`, key);
}

function foughtOver(what: string, value: string): CeleriacError {
  const text = `${what} fought over: ${TRIES_MAX} writes in a row came second`;
  return new CeleriacError('LIMIT_BUSY', text, { value });
}

type Read = (keys: readonly Key[]) => Promise<readonly Item[]>;

/** One slot at a guess, which succeeds while there is room; then a look at all, and a few that are free. */
async function acquire(
  update: Updates,
  read: Read,
  over: Set<string>,
  request: SlotRequest,
): Promise<SlotOutcome> {
  const { key, token, now, until, chance } = request;
  const max = await openPlaces(read, over, request);
  if (max === 0) return { kind: 'full', tookMs: undefined };
  const first = Math.floor(chance * max);
  const tookOf = new Map<string, number>();
  const remember = (slot: string, item: Item): void => {
    if (item.took?.N !== undefined) tookOf.set(slot, Number(item.took.N));
  };
  const take = async (slot: string): Promise<boolean> => {
    const written = await update(
      toKey(slot),
      {
        set: ['#token = :token, #until = :until, #slot = :slot, #expiresAt = :expiresAt'],
        values: {
          ':token': { S: token },
          ':until': number(until),
          ':slot': { S: slot },
          ':now': number(now),
          ':expiresAt': number(Math.ceil(until / 1_000) + IDLE_SECONDS),
        },
      },
      'attribute_not_exists(#until) OR #until < :now',
    );
    if (written.kind === 'refused') remember(slot, written.item);
    return written.kind === 'written' || written.item.token?.S === token;
  };
  const slotOf = (place: number): string => `${key}#${place % max}`;
  if (await take(slotOf(first))) return { kind: 'taken', slot: slotOf(first) };
  const looked = Array.from({ length: Math.min(max - 1, LOOKED_MAX) }, (_, place) =>
    slotOf(first + 1 + place),
  );
  const items = looked.length === 0 ? [] : await read(looked.map(toKey));
  const byName = new Map(items.map((item) => [item.slot?.S, item]));
  for (const [slot = '', item] of byName) remember(slot, item);
  const free = looked.filter((slot) => Number(byName.get(slot)?.until?.N ?? 0) < now);
  for (const slot of free.slice(0, 3)) if (await take(slot)) return { kind: 'taken', slot };
  const sum = [...tookOf.values()].reduce((total, ms) => total + ms, 0);
  return { kind: 'full', tookMs: tookOf.size === 0 ? undefined : sum / tookOf.size };
}

/**
 * How many places may be taken, counted from the first one: so many that with the runs behind them, which
 * began when there were more, there are never more than `max`. Where none is left, it is not asked again.
 */
async function openPlaces(read: Read, over: Set<string>, request: SlotRequest): Promise<number> {
  const { key, max, before, now } = request;
  const change = `${key}#${before?.at}`;
  if (before === undefined || over.has(change)) return max;
  const names = Array.from({ length: before.places }, (_, place) => `${key}#${place}`);
  const taken = await takenOf(read, names.slice(max), now);
  let behind = taken.size;
  if (behind === 0) {
    if (over.size >= OVER_MAX) over.clear();
    if (now > before.at + KNOWN_MS) over.add(change);
    return max;
  }
  for (const name of await takenOf(read, names.slice(0, max), now)) taken.add(name);
  let open = max;
  while (open > 0 && open + behind > max) {
    open -= 1;
    if (taken.has(`${key}#${open}`)) behind += 1;
  }
  return open;
}

/** Which of these places are taken. */
async function takenOf(read: Read, names: readonly string[], now: number): Promise<Set<string>> {
  const batches = Array.from({ length: Math.ceil(names.length / LOOKED_MAX) }, (_, batch) =>
    read(names.slice(batch * LOOKED_MAX, (batch + 1) * LOOKED_MAX).map(toKey)),
  );
  const items = (await Promise.all(batches)).flat();
  const taken = items.filter(({ until }) => Number(until?.N ?? 0) >= now);
  return new Set(taken.flatMap(({ slot }) => slot?.S ?? []));
}

function toSettings(item: Item): LimitSettings {
  return { ...JSON.parse(item.settings?.S ?? '{}'), epoch: Number(item.epoch?.N ?? 0) };
}

function toKey(name: string): Key {
  return { pk: { S: name }, sk: { S: 'limit' } };
}

function number(value: number): { N: string } {
  return { N: String(value) };
}

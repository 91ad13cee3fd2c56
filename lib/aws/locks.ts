/**
 * The port Locks over DynamoDB: one item a key, in the table of runs. A key is free when its deadline has
 * passed; the TTL only clears away what is long over.
 */
import type { LockOutcome, Locks, Reserve } from '../runtime/gate-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import type { Key } from './run-item.ts';
import { createUpdates, type Update, type Written } from './updates.ts';

/** An item outlives its deadline by so long: clocks differ, and the last holder may be of interest. */
const SPARE_SECONDS = 86_400;

export function createLocks(call: Call, tableName: string): Locks {
  const update = createUpdates(call, tableName);
  return {
    async reserve({ key, id, now, until, dueAt, staleAt = NEVER }) {
      const { set, values } = holding(id, 0, id, 'parked', until);
      const whole = {
        set: [...set, '#dueAt = :dueAt, #staleAt = :staleAt, #sent = :no'],
        values: {
          ...{ ...values, ...at(now), ':no': { BOOL: false } },
          ...{ ':dueAt': { N: String(dueAt) }, ':staleAt': { N: String(staleAt) } },
        },
      };
      return reservation(await update(toKey(key), whole, FREE), id);
    },
    vouch: (key, id) =>
      asHolder(
        update(
          toKey(key),
          {
            set: ['#sent = :yes'],
            values: { ':yes': { BOOL: true }, ':id': { S: id }, ':zero': { N: '0' } },
          },
          HIS,
        ),
      ),
    async prolong(key, id, until) {
      const values = { ':id': { S: id }, ':zero': { N: '0' }, ':parked': { S: 'parked' } };
      const longer = { ':until': { N: String(until) }, ':expiresAt': seconds(until) };
      await update(
        toKey(key),
        { set: ['#until = :until, #expiresAt = :expiresAt'], values: { ...values, ...longer } },
        `${HIS} AND #phase = :parked AND #until < :until`,
      );
    },
    free(key, id) {
      const values = { ':id': { S: id }, ':zero': { N: '0' }, ':parked': { S: 'parked' } };
      return asHolder(update(toKey(key), { set: ['#until = :zero'], values }, `${HIS} AND #phase = :parked`));
    },
    async withdraw(key, id) {
      const values = { ':id': { S: id }, ':zero': { N: '0' }, ':no': { BOOL: false } };
      await update(
        toKey(key),
        { set: ['#until = :zero'], values },
        `${HIS} AND #token = :id AND #sent = :no`,
      );
    },
    async take({ key, id, turn, token, now, until }) {
      const { set, values } = holding(id, turn, token, 'running', until);
      const mine = '#holder = :holder AND #phase = :parked AND #turn <= :turn';
      const given = { ...values, ...at(now), ':parked': { S: 'parked' } };
      return outcome(await update(toKey(key), { set, values: given }, `${FREE} OR (${mine})`), token);
    },
    extend: (key, token, until) => asHolder(update(toKey(key), { ...keeping(until, token) }, MINE)),
    park: (key, token, turn, until) => {
      const { set, values } = keeping(until, token);
      const parked = { ':phase': { S: 'parked' }, ':turn': { N: String(turn) } };
      const whole = { set: [...set, '#phase = :phase, #turn = :turn'], values: { ...values, ...parked } };
      return asHolder(update(toKey(key), whole, MINE));
    },
    async release(key, token) {
      const values = { ':token': { S: token }, ':zero': { N: '0' } };
      await update(toKey(key), { set: ['#until = :zero'], values }, MINE);
    },
    async announce(key, order, expiresAt) {
      const values = { ':id': { S: order }, ':expiresAt': seconds(expiresAt) };
      const set = ['#last = :id, #expiresAt = :expiresAt'];
      await update(toKey(key, 'last'), { set, values }, 'attribute_not_exists(#last) OR #last < :id');
    },
    async latest(key) {
      const [item] = await readItems(call, tableName, [toKey(key, 'last')]);
      return item?.last?.S;
    },
  };
}

/** A key's last message may have been one that grows stale, so it is said of each of them. */
const NEVER = 0;
const FREE = 'attribute_not_exists(#until) OR #until < :now';
const MINE = '#token = :token';
/** Of a key that was given up its last holder is not its holder. */
const HIS = '#holder = :id AND #until > :zero';

function toKey(key: string, kind = 'lock'): Key {
  return { pk: { S: `once#${key}` }, sk: { S: kind } };
}

function holding(id: string, turn: number, token: string, phase: string, until: number): Update {
  return {
    set: [
      '#holder = :holder, #turn = :turn, #token = :token, #phase = :phase, #until = :until, ' +
        '#expiresAt = :expiresAt',
    ],
    values: {
      ':holder': { S: id },
      ':turn': { N: String(turn) },
      ':token': { S: token },
      ':phase': { S: phase },
      ':until': { N: String(until) },
      ':expiresAt': seconds(until),
    },
  };
}

function keeping(until: number, token: string): Update {
  return {
    set: ['#until = :until, #expiresAt = :expiresAt'],
    values: { ':until': { N: String(until) }, ':expiresAt': seconds(until), ':token': { S: token } },
  };
}

function at(now: number): Update['values'] {
  return { ':now': { N: String(now) } };
}

function seconds(ms: number): { N: string } {
  return { N: String(Math.ceil(ms / 1_000) + SPARE_SECONDS) };
}

/** Refused by itself: the first answer was lost, and the call was made again. */
function outcome({ kind, item }: Written, token: string): LockOutcome {
  if (kind === 'written' || item.token?.S === token) return { kind: 'taken' };
  const isRunning = item.phase?.S === 'running';
  return { kind: 'held', by: item.holder?.S ?? '', untilMs: Number(item.until?.N ?? 0), isRunning };
}

function reservation(written: Written, id: string): Reserve {
  const got = outcome(written, id);
  if (got.kind === 'taken') return got;
  const { sent, dueAt, staleAt } = written.item;
  const stale = Number(staleAt?.N ?? NEVER);
  return {
    ...{ ...got, isSent: got.isRunning || sent?.BOOL === true, dueAt: Number(dueAt?.N ?? 0) },
    ...(stale === NEVER ? {} : { staleAt: stale }),
  };
}

async function asHolder(written: Promise<Written>): Promise<boolean> {
  return (await written).kind === 'written';
}

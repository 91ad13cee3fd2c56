/**
 * Claims and completions that share calls: those of new runs, which are nearly all. A new run's claim puts
 * its item, and its completion changes what that put, so nothing but the owner has to be asked for. All
 * others (attempts after the first, redelivered messages, runs that failed) write by themselves.
 */
import type { ClaimOutcome, ClaimRequest } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { type Item, toKey } from './run-item.ts';
import { change, createStatements, insertion } from './statements.ts';
import type { Update } from './updates.ts';

export interface Together {
  /** `update` is the claim's own. undefined: it has to be asked for by that, alone. */
  claim(request: ClaimRequest, owner: string, update: Update): Promise<ClaimOutcome | undefined>;
  /** `update` is that of a success. */
  complete(request: ClaimRequest, owner: string, update: Update): Promise<Completed>;
  /** The owner's run ends otherwise. */
  forget(owner: string): void;
}

/**
 * unknown: it may have been written, and has to be asked for by itself. untried: it has to be written by
 * itself. twice: the owner is completing it already.
 */
export type Completed = 'done' | 'unknown' | 'untried' | 'twice';

/** Owners of which nothing was heard (they were left behind) are dropped beyond this. */
const OWNERS_MAX = 10_000;

export function createTogether(call: Call, tableName: string): Together {
  const execute = createStatements(call);
  const owners = new Set<string>();
  const ending = new Set<string>();
  return {
    async claim(request, owner, update) {
      if (request.first !== true) return undefined;
      const item = toNewItem(update);
      if (!(await execute(insertion(tableName, toKey(request.id), item)))) return undefined;
      if (owners.size >= OWNERS_MAX) owners.clear();
      owners.add(owner);
      return { kind: 'claimed', retries: 0, crashes: 0 };
    },
    async complete(request, owner, update) {
      if (ending.has(owner)) return 'twice';
      if (!owners.delete(owner)) return 'untried';
      ending.add(owner);
      const where = { owner: { S: owner } };
      const done = await execute(change(tableName, toKey(request.id), firstEnd(update), where));
      ending.delete(owner);
      return done ? 'done' : 'unknown';
    },
    forget: (owner) => void owners.delete(owner),
  };
}

/** Attributes of a new run that its claim sets to the value of the same name. */
const NAMED = 'id task queue sentAt taskShard generation expiresAt stateShard owner leaseUntil'.split(' ');
/** And those that it sets to the value of another. */
const OTHERS = { state: 'started', startedAt: 'now', retries: 'zero', starts: 'one', ends: 'zero' };

/** What a claim writes where there is no record. */
function toNewItem({ values }: Update): Item {
  const isPart = values[':workflow'] !== undefined;
  const named = [...NAMED, ...(isPart ? ['workflow'] : [])].map((name) => [name, name]);
  const all = [...named, ...Object.entries(OTHERS)].map(([name, of]) => [name, values[`:${of}`]]);
  // A claim gives all of these values (runs.ts).
  return Object.fromEntries(all) as Item;
}

/** Statements set attributes to values alone, and this run has had one start and no error before. */
function firstEnd({ set, values }: Update): Update {
  return {
    set: [...set.filter((clause) => clause !== '#ends = #starts'), '#ends = :one'],
    remove: ['#owner', '#leaseUntil'],
    values: { ...values, ':one': { N: '1' } },
  };
}

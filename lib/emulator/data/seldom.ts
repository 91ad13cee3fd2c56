/**
 * Entities that change seldom: a service's definitions and settings. After each operation that may have
 * changed something, all of them are compared with what was noted last, so that no operation can be forgotten
 * where it changes one. What comes with every message has to be noted where it happens instead.
 */
import type { PerRegion } from '../operations.ts';
import type { Service } from '../service.ts';
import { fromKept, toKept } from './bytes.ts';
import type { Journal, Kept } from './journal.ts';

/** One kind of such entities. Values may hold bytes and times. */
export interface SeldomKind {
  readonly kind: string;
  all(): Iterable<readonly [key: string, value: unknown]>;
  /** Takes one back from an earlier process. */
  take(key: string, value: unknown): void;
}

export interface Seldom {
  /** Notes what has changed since the last look. */
  look(): void;
  /** The same service, which looks after each operation that does not only read. */
  after(call: Service['call']): Service['call'];
  readonly kept: readonly Kept[];
}

/** Operations that change nothing of this kind, in all services that use it. */
const READING = /^(?:Describe|Filter|Get|Head|List|Publish|PutEvents|PutMetricData|PutLogEvents|Test)/;

/** Makes the keeper of some kinds; without a journal it does nothing. */
export function createSeldom(journal: Journal | undefined, kinds: readonly SeldomKind[]): Seldom {
  const seen = new Map(kinds.map(({ kind }) => [kind, new Map<string, string>()]));

  function lookAt({ kind, all }: SeldomKind): void {
    const texts = seen.get(kind) ?? new Map<string, string>();
    const left = new Set(texts.keys());
    for (const [key, value] of all()) {
      left.delete(key);
      const kept = toKept(value);
      const text = JSON.stringify(kept);
      if (texts.get(key) === text) continue;
      texts.set(key, text);
      journal?.note(kind, key, () => kept);
    }
    for (const key of left) {
      texts.delete(key);
      journal?.note(kind, key, gone);
    }
  }

  function look(): void {
    if (journal !== undefined) for (const kind of kinds) lookAt(kind);
  }

  return {
    look,
    after(call) {
      if (journal === undefined) return call;
      return (operation, input, caller) => {
        if (READING.test(operation)) return call(operation, input, caller);
        let answer: ReturnType<Service['call']> | undefined;
        try {
          answer = call(operation, input, caller);
          return answer instanceof Promise ? answer.finally(look) : answer;
        } finally {
          if (!(answer instanceof Promise)) look();
        }
      };
    },
    kept: kinds.map((each) => ({
      kind: each.kind,
      *entries() {
        for (const [key, value] of each.all()) yield [key, toKept(value)] as const;
      },
      restore(entries) {
        for (const [key, value] of entries) {
          seen.get(each.kind)?.set(key, JSON.stringify(value));
          each.take(key, fromKept(value));
        }
      },
    })),
  };
}

/** The kind of what a service has by name in each account and region. */
export function byRegion<T extends object>(kind: string, of: PerRegion<Map<string, T>>): SeldomKind {
  return {
    kind,
    *all() {
      for (const [{ account, region }, entries] of of.all()) {
        for (const [name, value] of entries) yield [`${account}/${region}/${name}`, value];
      }
    },
    take(key, value) {
      const [account = '', region = '', ...name] = key.split('/');
      // What `all` gave is what comes back.
      of({ account, region }).set(name.join('/'), value as T);
    },
  };
}

function gone(): undefined {
  return undefined;
}

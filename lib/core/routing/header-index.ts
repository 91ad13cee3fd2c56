/**
 * Bindings of a headers exchange, found by the headers a message has: an `any` under each header that it asks
 * for, an `all` under the rarest of them, where it is then checked in full.
 */
import { headerText } from './header-value.ts';
import { type Headers, type HeaderTest, headerTestMatches } from './headers.ts';

interface Entry {
  readonly target: number;
  /** What is left to be checked; undefined when being found is enough. */
  readonly test: HeaderTest | undefined;
}

interface Named {
  readonly present: Entry[];
  readonly valued: Map<string, Entry[]>;
}

/** Bindings by header; targets are numbers of the caller's choice. */
export interface HeaderIndex {
  /** Calls `found` for the targets of all bindings that match; a target may come more than once. */
  match(headers: Headers, found: (target: number) => void): void;
}

/** Makes the index of a headers exchange's bindings. */
export function headerIndex(
  bindings: readonly { readonly test: HeaderTest; readonly target: number }[],
): HeaderIndex {
  const names = new Map<string, Named>();
  const always: number[] = [];
  const uses = useCounts(bindings.map((binding) => binding.test));
  for (const { test, target } of bindings) {
    if (test.join === 'any')
      for (const wanted of test.wanted) place(names, wanted, { target, test: undefined });
    else {
      const rarest = [...test.wanted].sort(
        (left, right) => (uses.get(textOf(left)) ?? 0) - (uses.get(textOf(right)) ?? 0),
      )[0];
      if (rarest === undefined) always.push(target);
      else place(names, rarest, { target, test: test.wanted.length === 1 ? undefined : test });
    }
  }
  return {
    match: (headers, found) => {
      for (const target of always) found(target);
      for (const name of Object.keys(headers)) {
        const named = headers[name] === undefined ? undefined : names.get(name);
        if (named === undefined) continue;
        report(named.present, headers, found);
        report(named.valued.get(headerText(headers[name])), headers, found);
      }
    },
  };
}

type Wanted = HeaderTest['wanted'][number];

function report(
  entries: readonly Entry[] | undefined,
  headers: Headers,
  found: (target: number) => void,
): void {
  if (entries === undefined) return;
  for (const { target, test } of entries)
    if (test === undefined || headerTestMatches(test, headers)) found(target);
}

function place(names: Map<string, Named>, [name, value]: Wanted, entry: Entry): void {
  const named: Named = names.get(name) ?? { present: [], valued: new Map() };
  names.set(name, named);
  if (value === null) {
    named.present.push(entry);
    return;
  }
  const text = headerText(value);
  const entries = named.valued.get(text);
  if (entries === undefined) named.valued.set(text, [entry]);
  else entries.push(entry);
}

function useCounts(tests: readonly HeaderTest[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const wanted of tests.flatMap((test) => test.wanted)) {
    const text = textOf(wanted);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function textOf([name, value]: Wanted): string {
  return `${name}\0${headerText(value)}`;
}

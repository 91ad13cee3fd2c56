/** Order of creation: what is needed comes first, otherwise as written, and a cycle is named. */

export interface Order {
  readonly sorted: readonly string[];
  /** Each cycle as the way around it, its first member again at the end. */
  readonly cycles: readonly (readonly string[])[];
}

/** Sorts `keys` so that each one follows everything it needs. Needs that are no keys are left out. */
export function toOrder(keys: readonly string[], needs: (key: string) => Iterable<string>): Order {
  const known = new Set(keys);
  const state = new Map<string, 'open' | 'done'>();
  const sorted: string[] = [];
  const cycles: string[][] = [];
  for (const root of keys) {
    if (state.has(root)) continue;
    // A stack of its own, since templates of generated apps can be deeper than JavaScript's.
    const path: { readonly key: string; readonly rest: Iterator<string> }[] = [];
    const enter = (key: string): void => {
      state.set(key, 'open');
      path.push({ key, rest: needs(key)[Symbol.iterator]() });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        state.set(top.key, 'done');
        sorted.push(top.key);
        path.pop();
      } else if (known.has(next.value)) {
        const seen = state.get(next.value);
        if (seen === undefined) enter(next.value);
        if (seen === 'open') cycles.push(toCycle(path, next.value));
      }
    }
  }
  return { sorted, cycles };
}

function toCycle(path: readonly { readonly key: string }[], back: string): string[] {
  const keys = path.map((step) => step.key);
  return [...keys.slice(keys.indexOf(back)), back];
}

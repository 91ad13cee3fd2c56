/** Newer and older pages of a list whose pages are known by where they begin. */
import { useFrom } from '../from.ts';

export interface Paging {
  /** Goes into the query's `after`. */
  readonly after: string | undefined;
  readonly number: number;
  readonly newer: (() => void) | undefined;
  readonly older: (next: string) => void;
}

/** Begins at the first page whenever `key`, the list that is shown, is another one. */
export function usePaging(key: string): Paging {
  const [trail, setTrail] = useFrom<readonly string[]>(key, () => []);
  return {
    after: trail.at(-1),
    number: trail.length + 1,
    newer: trail.length === 0 ? undefined : () => setTrail(trail.slice(0, -1)),
    older: (next) => setTrail([...trail, next]),
  };
}

interface PagerProps {
  readonly label: string;
  readonly paging: Paging;
  readonly next: string | undefined;
  readonly words?: readonly [back: string, on: string];
}

export function Pager({ label, paging, next, words = ['Newer', 'Older'] }: PagerProps) {
  if (paging.newer === undefined && next === undefined) return null;
  return (
    <nav class="pager" aria-label={label}>
      <button type="button" disabled={paging.newer === undefined} onClick={paging.newer}>
        ← {words[0]}
      </button>
      <span>Page {paging.number}</span>
      <button
        type="button"
        disabled={next === undefined}
        onClick={() => next !== undefined && paging.older(next)}
      >
        {words[1]} →
      </button>
    </nav>
  );
}

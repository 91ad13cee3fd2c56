/**
 * Many sorted lists as one: the partitions of an index are read in pages, all first pages at once, and the
 * row that comes first of all of them is taken again and again.
 */
import type { IndexStretch } from '../../runtime/desk-ports.ts';

/** Reads a partition from a place on; the row at that place may be among the answer. */
export type Partition<Row> = (from: string | undefined, limit: number) => Promise<IndexStretch<Row>>;

/** Rows that are read of a partition at once: about 80 KB of an index. */
const CHUNK_MAX = 250;

interface Head<Row> {
  readonly partition: Partition<Row>;
  rows: readonly Row[];
  at: number;
  over: boolean;
  /** The last row that was looked at. */
  last: string | undefined;
}

export interface MergeOptions {
  readonly newestFirst: boolean;
  readonly after?: string | undefined;
  /** So many rows are looked at in each partition at first. */
  readonly chunk: number;
  /** Then no more is read. @default without end */
  readonly lookedMax?: number;
}

/**
 * All rows by id, newest or oldest first, without the row `after` and those before it. Returns the place to
 * go on from, when it ended since `lookedMax` rows were looked at; a partition that gives only some of its
 * rows may come to that without one that it gives.
 */
export async function* merged<Row extends { readonly id: string }>(
  partitions: readonly Partition<Row>[],
  { newestFirst, after, chunk: chunkMin, lookedMax = Number.POSITIVE_INFINITY }: MergeOptions,
): AsyncGenerator<Row, string | undefined> {
  let chunk = chunkMin;
  let looked = 0;
  const comes = (a: string, b: string): boolean => (newestFirst ? a > b : a < b);
  const load = async (head: Head<Row>): Promise<void> => {
    const from = head.last;
    // One more, since the row at `from` is looked at again.
    const stretch = await head.partition(from, from === undefined ? chunk : chunk + 1);
    const fresh = from === undefined ? stretch.rows : stretch.rows.filter(({ id }) => comes(from, id));
    head.rows = [...head.rows.slice(head.at), ...fresh];
    head.at = 0;
    head.last = stretch.next ?? head.last;
    head.over = stretch.next === undefined;
    looked += stretch.looked;
  };
  const heads = partitions.map(
    (partition): Head<Row> => ({ partition, rows: [], at: 0, over: false, last: after }),
  );
  await Promise.all(heads.map(load));
  for (;;) {
    const first = firstOf(heads, comes);
    const row = first?.rows[first.at];
    // Who has no row at hand may have one that comes before all of these.
    const open = heads.filter((head) => !head.over && head.at === head.rows.length);
    const seen = open.flatMap(({ last }) => last ?? []);
    const held = row !== undefined && seen.every((last) => comes(row.id, last));
    if (open.length > 0 && !held) {
      if (looked >= lookedMax) return seen.reduce((a, b) => (comes(a, b) ? a : b));
      // Partitions are alike, so the others are nearly at their ends too: all of those are read on at once,
      // and by more each time, so that a long way takes few waits.
      const low = heads.filter((head) => !head.over && head.rows.length - head.at <= chunk / 2);
      chunk = Math.min(CHUNK_MAX, 2 * chunk);
      await Promise.all(low.map(load));
      continue;
    }
    if (first === undefined || row === undefined) return undefined;
    yield row;
    first.at++;
  }
}

/** The list whose next row comes first. */
function firstOf<Row extends { readonly id: string }>(
  heads: readonly Head<Row>[],
  comes: (a: string, b: string) => boolean,
): Head<Row> | undefined {
  let first: Head<Row> | undefined;
  for (const head of heads) {
    const row = head.rows[head.at];
    const best = first?.rows[first.at];
    if (row !== undefined && (best === undefined || comes(row.id, best.id))) first = head;
  }
  return first;
}

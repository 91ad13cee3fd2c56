/**
 * Many sorted lists as one: the partitions of an index are read in pages, all first pages at once, and the
 * row that comes first of all of them is taken again and again.
 */

/** Reads a partition from a place on; the row at that place may be among the answer. */
export type Partition<Row> = (from: string | undefined, limit: number) => Promise<readonly Row[]>;

/** Rows that are read of a partition at once: about 80 KB of an index. */
const CHUNK_MAX = 250;

interface Head<Row> {
  readonly partition: Partition<Row>;
  rows: readonly Row[];
  at: number;
  over: boolean;
  /** The last row that was read. */
  last: string | undefined;
}

/**
 * All rows by id, newest or oldest first, without the row `after` and those before it. `chunk` rows are read
 * of each partition at first.
 */
export async function* merged<Row extends { readonly id: string }>(
  partitions: readonly Partition<Row>[],
  options: { readonly newestFirst: boolean; readonly after?: string | undefined; readonly chunk: number },
): AsyncGenerator<Row> {
  const { newestFirst, after } = options;
  let { chunk } = options;
  const comes = (a: string, b: string): boolean => (newestFirst ? a > b : a < b);
  const load = async (head: Head<Row>): Promise<void> => {
    const from = head.last;
    // One more, since the row at `from` is read again.
    const limit = from === undefined ? chunk : chunk + 1;
    const rows = await head.partition(from, limit);
    const fresh = from === undefined ? rows : rows.filter(({ id }) => comes(from, id));
    head.rows = [...head.rows.slice(head.at), ...fresh];
    head.at = 0;
    head.last = fresh.at(-1)?.id ?? from;
    head.over = rows.length < limit;
  };
  const heads = partitions.map(
    (partition): Head<Row> => ({ partition, rows: [], at: 0, over: false, last: after }),
  );
  await Promise.all(heads.map(load));
  for (;;) {
    let first: Head<Row> | undefined;
    for (const head of heads) {
      const row = head.rows[head.at];
      const best = first?.rows[first.at];
      if (row !== undefined && (best === undefined || comes(row.id, best.id))) first = head;
    }
    const row = first?.rows[first.at];
    if (first === undefined || row === undefined) return;
    yield row;
    first.at++;
    if (first.at < first.rows.length || first.over) continue;
    // Partitions are alike, so the others are nearly at their ends too: all of those are read on at once, and
    // by more each time, so that a long way takes few waits.
    const low = heads.filter((head) => !head.over && head.rows.length - head.at <= chunk / 2);
    chunk = Math.min(CHUNK_MAX, 2 * chunk);
    await Promise.all(low.map(load));
  }
}

/**
 * Many sorted lists as one: the partitions of an index are read in pages, all first pages at once, and the
 * row that comes first of all of them is taken again and again.
 */

/** Reads a partition from a place on; the row at that place may be among the answer. */
export type Partition<Row> = (from: string | undefined, limit: number) => Promise<readonly Row[]>;

interface Head<Row> {
  readonly partition: Partition<Row>;
  rows: readonly Row[];
  at: number;
  over: boolean;
}

/**
 * All rows by id, newest or oldest first, without the row `after` and those before it. `chunk` rows are read
 * of a partition at once.
 */
export async function* merged<Row extends { readonly id: string }>(
  partitions: readonly Partition<Row>[],
  options: { readonly newestFirst: boolean; readonly after?: string | undefined; readonly chunk: number },
): AsyncGenerator<Row> {
  const { newestFirst, after, chunk } = options;
  const comes = (a: string, b: string): boolean => (newestFirst ? a > b : a < b);
  const load = async (head: Head<Row>, from: string | undefined): Promise<void> => {
    // One more, since the row at `from` is read again.
    const limit = from === undefined ? chunk : chunk + 1;
    const rows = await head.partition(from, limit);
    head.rows = from === undefined ? rows : rows.filter(({ id }) => comes(from, id));
    head.at = 0;
    head.over = rows.length < limit;
  };
  const heads = partitions.map((partition): Head<Row> => ({ partition, rows: [], at: 0, over: false }));
  await Promise.all(heads.map((head) => load(head, after)));
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
    if (first.at >= first.rows.length && !first.over) await load(first, row.id);
  }
}

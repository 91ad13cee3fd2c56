/** Reads of records by many who do not know of each other. */
import type { RunRecord, Runs } from './ports.ts';

/** Reads a run's record, together with all that are read in the same tick. */
export type Read = (id: string) => Promise<RunRecord | undefined>;

/** DynamoDB: keys of one BatchGetItem. */
const READ_MAX = 100;

/** Joins the reads of one tick; each id is read once however many wait for it. */
export function createReader(runs: Pick<Runs, 'read'> | undefined): Read {
  let pending = new Map<string, { promise: Promise<RunRecord | undefined>; settle: Settle }>();
  return (id) => {
    const same = pending.get(id);
    if (same !== undefined) return same.promise;
    if (pending.size === 0) {
      queueMicrotask(() =>
        queueMicrotask(() => {
          const batch = pending;
          pending = new Map();
          void readAll(runs, batch);
        }),
      );
    }
    const entry = deferred();
    pending.set(id, entry);
    return entry.promise;
  };
}

interface Settle {
  resolve(record: RunRecord | undefined): void;
  reject(error: unknown): void;
}

function deferred(): { promise: Promise<RunRecord | undefined>; settle: Settle } {
  let settle: Settle | undefined;
  const promise = new Promise<RunRecord | undefined>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // The executor has run by now: promises call it at once.
  return { promise, settle: settle as unknown as Settle };
}

async function readAll(
  runs: Pick<Runs, 'read'> | undefined,
  batch: ReadonlyMap<string, { readonly settle: Settle }>,
): Promise<void> {
  const ids = [...batch.keys()];
  const cuts = Array.from({ length: Math.ceil(ids.length / READ_MAX) }, (_, index) =>
    ids.slice(index * READ_MAX, (index + 1) * READ_MAX),
  );
  await Promise.all(
    cuts.map(async (cut) => {
      try {
        const records = (await runs?.read(cut)) ?? new Map<string, RunRecord>();
        for (const id of cut) batch.get(id)?.settle.resolve(records.get(id));
      } catch (error) {
        for (const id of cut) batch.get(id)?.settle.reject(error);
      }
    }),
  );
}

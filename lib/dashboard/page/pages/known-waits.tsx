/**
 * Runs of a queue that are known to wait, from their records: nothing is received for it, so it is shown
 * without being asked for, also where a look at messages would count.
 */
import type { WaitingRunRow } from '../../waiting-run.ts';
import { desk } from '../desk.ts';
import { SLOW_POLL_MS, useLive } from '../live.ts';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WaitingText } from '../parts/waiting.tsx';
import { toHash } from '../place.ts';

const SHOWN_MAX = 50;

const COLUMNS: readonly Column<WaitingRunRow>[] = [
  {
    head: 'Run',
    cell: ({ id, task }) => (
      <>
        <a href={toHash(['runs', id])}>{task}</a>
        <code class="id">{id}</code>
      </>
    ),
  },
  { head: 'State', cell: ({ state }) => <State state={state} /> },
  { head: 'Sent', figures: true, cell: ({ sentAt }) => <Time at={sentAt} /> },
  { head: 'Why it waits', wide: true, cell: ({ waiting }) => <WaitingText waiting={waiting} /> },
];

/** Nothing where none is known. */
export function KnownWaits({ queue }: { readonly queue: string }) {
  const known = useLive(`waiting ${queue}`, () => desk.waitingRuns(queue, SHOWN_MAX), SLOW_POLL_MS);
  if (known.data === undefined || known.data.length === 0) return null;
  return (
    <section aria-label="Runs that are known to wait">
      <h2>Known to wait</h2>
      <p class="dim">
        Runs that were put off or are tried again, the oldest first; others have no record yet.
      </p>
      <Table label="Runs that wait" columns={COLUMNS} rows={known.data} keyOf={({ id }) => id} />
    </section>
  );
}

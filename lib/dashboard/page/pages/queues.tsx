/** Queues: how deep, how old, who works them; and one of them. */
import type { QueueRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { SLOW_POLL_MS, useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toHash } from '../place.ts';
import { toCount, toDuration } from '../text.ts';
import { QueuePage } from './queue.tsx';

export function QueuesPage({ place }: PageProps) {
  const [, name] = place.path;
  return name === undefined ? <QueueList /> : <QueuePage name={name} />;
}

const COLUMNS: readonly Column<QueueRow>[] = [
  {
    head: 'Queue',
    wide: true,
    cell: (queue) => (
      <>
        <a href={toHash(['queues', queue.name])}>{queue.name}</a> <QueueTags queue={queue} />
      </>
    ),
  },
  { head: 'Ready', figures: true, cell: ({ ready }) => toCount(ready) },
  { head: 'In flight', figures: true, cell: ({ inFlight }) => toCount(inFlight) },
  { head: 'Delayed', figures: true, cell: ({ delayed }) => toCount(delayed) },
  {
    head: 'Oldest',
    figures: true,
    cell: ({ oldest }) => (oldest === undefined ? '' : toDuration(oldest * 1_000)),
  },
  { head: 'Consumers', cell: ({ consumers }) => consumers.join(', ') },
  { head: 'Tasks', wide: true, cell: ({ tasks }) => tasks.join(', ') },
];

const SECTIONS: readonly (readonly [kind: QueueRow['kind'], title: string])[] = [
  ['queue', 'Queues'],
  ['dead-letter', 'Dead-letter queues'],
  ['internal', "The framework's own"],
];

function QueueList() {
  const queues = useLive('queues', desk.queues, SLOW_POLL_MS);
  return (
    <>
      <Head title="Queues" about="Counts are what SQS estimates; they may lag by some seconds." />
      <Shown of={queues}>
        {(rows) => (
          <>
            {rows.length === 0 && <Empty title="This app has no queues" />}
            {SECTIONS.map(([kind, title]) => (
              <Section key={kind} title={title} rows={rows.filter((row) => row.kind === kind)} />
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

function Section({ title, rows }: { readonly title: string; readonly rows: readonly QueueRow[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      {title !== 'Queues' && <h2>{title}</h2>}
      <Table label={title} columns={COLUMNS} rows={rows} keyOf={({ name }) => name} />
    </section>
  );
}

export function QueueTags({ queue }: { readonly queue: QueueRow }) {
  return (
    <>
      {queue.paused && <Tag tone="warn">paused</Tag>} {queue.ordered && <Tag>ordered</Tag>}
    </>
  );
}

/** Queues: how deep, how old, who works them; and one of them. */
import { Fragment } from 'preact';
import type { QueueRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { SLOW_POLL_MS, useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { QueueTags } from '../parts/queue-tags.tsx';
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
];
const CONSUMERS: Column<QueueRow> = { head: 'Consumers', cell: ({ consumers }) => toNames(consumers) };
const TASKS: Column<QueueRow> = { head: 'Tasks', cell: ({ tasks }) => toNames(tasks) };

/** A name has hyphens and blanks, and is not to be broken at one. */
function toNames(names: readonly string[]) {
  if (names.length === 0) return undefined;
  return names.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && ' '}
      <span class="name" title={name}>{`${name}${index < names.length - 1 ? ',' : ''}`}</span>
    </Fragment>
  ));
}

/** Nobody consumes a dead-letter queue; one wants to know whose letters lie there. */
function toOwner(rows: readonly QueueRow[]): Column<QueueRow> {
  return {
    head: 'Letters of',
    cell: ({ name }) => {
      const owner = rows.find(({ deadLetters }) => deadLetters === name)?.name;
      return owner && <a href={toHash(['dead-letters'], { queue: owner })}>{owner}</a>;
    },
  };
}

function QueueList() {
  const queues = useLive('queues', desk.queues, SLOW_POLL_MS);
  return (
    <>
      <Head title="Queues" about="Counts are what SQS estimates; they may lag by some seconds." />
      <Shown of={queues}>
        {(rows) => (
          <>
            {rows.length === 0 && <Empty title="This app has no queues" />}
            <Section title="Queues" kind="queue" rows={rows} more={[CONSUMERS, TASKS]} />
            <Section title="Dead-letter queues" kind="dead-letter" rows={rows} more={[toOwner(rows)]} />
            <Section title="The framework's own" kind="internal" rows={rows} more={[CONSUMERS]} />
          </>
        )}
      </Shown>
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly kind: QueueRow['kind'];
  readonly rows: readonly QueueRow[];
  readonly more: readonly Column<QueueRow>[];
}

function Section({ title, kind, rows, more }: SectionProps) {
  const own = rows.filter((row) => row.kind === kind);
  if (own.length === 0) return null;
  return (
    <section aria-label={title} class="queues">
      {kind !== 'queue' && <h2>{title}</h2>}
      <Table label={title} columns={[...COLUMNS, ...more]} rows={own} keyOf={({ name }) => name} />
    </section>
  );
}

/** How the app is: states, rates, failures, waits, depths and ages over time. */
import type { TaskState } from '../../../core/task-state.ts';
import type { Overview, QueueRow } from '../../row.ts';
import { createDepths, type Depth } from '../depths.ts';
import { desk } from '../desk.ts';
import { useLive } from '../live.ts';
import { Chart } from '../parts/chart.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toHash } from '../place.ts';
import { toCount, toDuration, toShortCount, toTime } from '../text.ts';

/** For as long as the page is open, also while another part of it is shown. */
const depths = createDepths();
let begun: Promise<void> | undefined;

async function load(): Promise<Overview> {
  // Without what was before, the drawings begin now; the next answer brings it.
  begun ??= desk.history().then(depths.begin, () => {
    begun = undefined;
  });
  const [overview] = await Promise.all([desk.overview(), begun]);
  return overview;
}

export function OverviewPage() {
  const overview = useLive('overview', load);
  return (
    <>
      <Head
        title="Overview"
        about={overview.data && `The last hour, minute by minute; as of ${toTime(overview.data.now)}.`}
      />
      <Shown of={overview}>
        {(data) => (
          <>
            <Tiles overview={data} />
            {data.keepsRuns ? <Rates overview={data} /> : <NoRecords />}
            <Depths noted={depths.note(data)} />
            <h2>Queues</h2>
            <QueueSummary queues={data.queues} />
          </>
        )}
      </Shown>
    </>
  );
}

export function NoRecords() {
  return (
    <Empty title="No task of this app keeps records">
      Runs are shown for tasks with <code>result</code>, <code>track</code> or <code>once</code>. Queues, dead
      letters, exchanges and schedules are shown all the same.
    </Empty>
  );
}

const TILES: readonly (readonly [state: TaskState, title: string])[] = [
  ['STARTED', 'Running'],
  ['PENDING', 'Pending'],
  ['RETRY', 'Retrying'],
  ['SUCCESS', 'Succeeded'],
  ['FAILURE', 'Failed'],
  ['REVOKED', 'Revoked'],
];

function Tiles({ overview }: { readonly overview: Overview }) {
  return (
    <ul class="tiles">
      {overview.keepsRuns &&
        TILES.map(([state, title]) => (
          <li key={state}>
            <a class={`tile mark-${state.toLowerCase()}`} href={toHash(['runs'], { state })}>
              <b>{toShortCount(overview.states[state] ?? 0)}</b>
              <span>{title}</span>
            </a>
          </li>
        ))}
      <li>
        <a class={`tile ${overview.deadLetters > 0 ? 'mark-failure' : ''}`} href={toHash(['dead-letters'])}>
          <b>{toShortCount(overview.deadLetters)}</b>
          <span>Dead letters</span>
        </a>
      </li>
    </ul>
  );
}

function Rates({ overview: { series } }: { readonly overview: Overview }) {
  const at = series.map((minute) => minute.at);
  const of = <K extends keyof (typeof series)[number]>(name: K) => series.map((minute) => minute[name]);
  return (
    <div class="charts">
      <Chart
        title="Ended per minute"
        at={at}
        kind="bars"
        format={toShortCount}
        series={[
          { name: 'succeeded', ink: 'ink-success', values: of('succeeded') },
          { name: 'failed', ink: 'ink-failure', values: of('failed') },
        ]}
      />
      <Chart
        title="Sent per minute"
        at={at}
        kind="lines"
        format={toShortCount}
        series={[{ name: 'sent', ink: 'ink-started', values: of('sent') }]}
      />
      <Chart
        title="Failures and retries per minute"
        at={at}
        kind="bars"
        format={toShortCount}
        series={[
          { name: 'failed', ink: 'ink-failure', values: of('failed') },
          { name: 'retried', ink: 'ink-retry', values: of('retried') },
        ]}
      />
      <Chart
        title="Wait and runtime, mean"
        durations
        at={at}
        kind="lines"
        format={toDuration}
        series={[
          { name: 'wait before a start', ink: 'ink-pending', values: of('wait') },
          { name: 'runtime', ink: 'ink-revoked', values: of('runtime') },
        ]}
      />
    </div>
  );
}

function Depths({ noted }: { readonly noted: readonly Partial<Depth>[] }) {
  const at = noted.map((depth) => depth.at ?? 0);
  const note = depths.measured ? 'minute by minute' : 'since this page was opened';
  return (
    <div class="charts">
      <Chart
        title="Messages in queues"
        note={note}
        at={at}
        kind="lines"
        format={toShortCount}
        series={[
          { name: 'ready', ink: 'ink-started', values: noted.map(({ ready }) => ready) },
          { name: 'in flight', ink: 'ink-success', values: noted.map(({ inFlight }) => inFlight) },
          { name: 'delayed', ink: 'ink-retry', values: noted.map(({ delayed }) => delayed) },
        ]}
      />
      <Chart
        title="Age of the oldest message"
        note={note}
        at={at}
        kind="lines"
        durations
        format={toDuration}
        series={[
          {
            name: 'oldest',
            ink: 'ink-failure',
            values: noted.map(({ oldest }) => (oldest === undefined ? undefined : oldest * 1_000)),
          },
        ]}
      />
      {depths.measured && (
        <Chart
          title="Messages per minute"
          note="some minutes late"
          at={at}
          kind="lines"
          format={toShortCount}
          series={[
            { name: 'sent', ink: 'ink-started', values: noted.map(({ sent }) => sent) },
            { name: 'acked', ink: 'ink-success', values: noted.map(({ deleted }) => deleted) },
          ]}
        />
      )}
    </div>
  );
}

const QUEUE_COLUMNS: readonly Column<QueueRow>[] = [
  {
    head: 'Queue',
    wide: true,
    cell: ({ name, paused }) => (
      <>
        <a href={toHash(['queues', name])}>{name}</a> {paused && <Tag tone="warn">paused</Tag>}
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

function QueueSummary({ queues }: { readonly queues: readonly QueueRow[] }) {
  const own = queues.filter(({ kind }) => kind === 'queue');
  if (own.length === 0) return <Empty title="This app has no queues" />;
  return <Table label="Queues" columns={QUEUE_COLUMNS} rows={own} keyOf={({ name }) => name} />;
}

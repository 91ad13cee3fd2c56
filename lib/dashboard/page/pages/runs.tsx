/** Runs of tasks: searched, filtered, live; and one of them. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { TASK_STATES, type TaskState } from '../../../core/task-state.ts';
import type { RunRow, RunsQuery } from '../../row.ts';
import { desk } from '../desk.ts';
import { useFrom } from '../from.ts';
import { useInfo } from '../info.ts';
import { useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WhyWaiting } from '../parts/waiting.tsx';
import { type Place, toHash } from '../place.ts';
import { toDuration } from '../text.ts';
import { refine } from '../travel.ts';
import { NoRecords } from './overview.tsx';
import { RunPage } from './run.tsx';

export function RunsPage({ place }: PageProps) {
  const [, id] = place.path;
  return id === undefined ? <RunList place={place} /> : <RunPage id={id} />;
}

/** Names of ranges of time, and how long they are in minutes. */
const RANGES: readonly (readonly [minutes: string, title: string])[] = [
  ['', 'Any time'],
  ['15', 'Last 15 minutes'],
  ['60', 'Last hour'],
  ['1440', 'Last day'],
  ['10080', 'Last 7 days'],
  ['own', 'Between two times'],
];

function RunList({ place }: PageProps) {
  const { keepsRuns } = useInfo();
  const key = JSON.stringify(place.query);
  const paging = usePaging(key);
  const { after } = paging;
  const runs = useLive(`${key} ${after}`, () =>
    desk.runs({ ...toQuery(place.query), ...(after === undefined ? {} : { after }) }),
  );
  if (!keepsRuns) {
    return (
      <>
        <Head title="Runs" />
        <NoRecords />
      </>
    );
  }
  return (
    <>
      <Head title="Runs" about="Every run that a record is kept of, with the state that it is in." />
      <Filter place={place} />
      <Shown of={runs}>
        {({ rows, next }) => (
          <>
            {rows.length === 0 ? <NoRuns filtered={key !== '{}'} /> : <RunTable label="Runs" rows={rows} />}
            <Pager
              label="Pages of runs"
              paging={paging}
              next={next}
              words={place.query.sort === 'sentAt' ? ['Older', 'Newer'] : ['Newer', 'Older']}
            />
          </>
        )}
      </Shown>
    </>
  );
}

function NoRuns({ filtered }: { readonly filtered: boolean }) {
  return filtered ? (
    <Empty title="No run is like this">
      <a href="#/runs">Show all runs</a>
    </Empty>
  ) : (
    <Empty title="Nothing has run yet">
      <a href="#/tasks">Send a task</a> and it appears here.
    </Empty>
  );
}

function Filter({ place }: { readonly place: Place }) {
  const { query } = place;
  const tasks = useLive('tasks', desk.tasks, 60_000).data ?? [];
  const queues = [...new Set(tasks.map(({ queue }) => queue))].sort();
  return (
    <search class="filter">
      <SearchField
        label="Search"
        hint={'Any text, or fields such as name:charge error:"no funds", joined by AND and OR.'}
        value={query.search ?? ''}
        onSearch={(search) => refine({ search })}
      />
      <Choice
        label="State"
        value={query.state ?? ''}
        options={[['', 'Any state'], ...TASK_STATES]}
        onChange={(state) => refine({ state })}
      />
      <Choice
        label="Task"
        value={query.task ?? ''}
        options={[['', 'Any task'], ...tasks.map(({ name }) => name)]}
        onChange={(task) => refine({ task })}
      />
      <Choice
        label="Queue"
        value={query.queue ?? ''}
        options={[['', 'Any queue'], ...queues]}
        onChange={(queue) => refine({ queue })}
      />
      <TimeRange place={place} />
      <Choice
        label="Order"
        value={query.sort ?? '-sentAt'}
        options={[
          ['-sentAt', 'Newest first'],
          ['sentAt', 'Oldest first'],
        ]}
        onChange={(sort) => refine({ sort: sort === '-sentAt' ? undefined : sort })}
      />
    </search>
  );
}

function TimeRange({ place }: { readonly place: Place }) {
  const { last = '', from = '', to = '' } = place.query;
  return (
    <>
      <Choice
        label="Sent"
        value={last}
        options={RANGES}
        onChange={(value) => refine({ last: value, from: undefined, to: undefined })}
      />
      {last === 'own' && (
        <>
          <Field
            label="From"
            type="datetime-local"
            value={from}
            onInput={(value) => refine({ from: value })}
          />
          <Field label="To" type="datetime-local" value={to} onInput={(value) => refine({ to: value })} />
        </>
      )}
    </>
  );
}

const TYPING_MS = 300;

interface SearchProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

/** Searches when the typing pauses. */
export function SearchField({ label, hint = '', value, onSearch }: SearchProps) {
  const asked = useRef<string | undefined>(undefined);
  // The search that was typed here comes back as `value`: what has been typed since stays.
  const [text, setText] = useFrom<string>(value, (before = value) => {
    const own = value === asked.current;
    asked.current = undefined;
    return own ? before : value;
  });
  // At once with what is drawn: a search that something else has overtaken would undo that.
  useLayoutEffect(() => {
    const search = text.trim();
    if (search === value) return;
    const timer = setTimeout(() => {
      asked.current = search;
      onSearch(search);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search">
      <Field label={label} type="search" value={text} onInput={setText} hint={hint} />
    </div>
  );
}

const COLUMNS: readonly Column<RunRow>[] = [
  {
    head: 'Task',
    cell: ({ id, task }) => (
      <>
        <a href={toHash(['runs', id])}>{task}</a>
        <code class="id">{id}</code>
      </>
    ),
  },
  {
    head: 'State',
    cell: (run) => (
      <span class="line">
        <State state={run.state} custom={run.customState} />
        {mayWait(run) && <WhyWaiting id={run.id} task={run.task} />}
      </span>
    ),
  },
  { head: 'Queue', cell: ({ queue }) => <a href={toHash(['queues', queue])}>{queue}</a> },
  { head: 'Sent', figures: true, cell: ({ sentAt }) => <Time at={sentAt} /> },
  { head: 'Started', figures: true, cell: ({ startedAt }) => startedAt && <Time at={startedAt} /> },
  {
    head: 'Runtime',
    figures: true,
    cell: ({ runtime }) => (runtime === undefined ? '' : toDuration(runtime)),
  },
  { head: 'Retries', figures: true, cell: ({ retries }) => (retries === 0 ? '' : retries) },
  { head: 'Error', wide: true, cell: ({ error }) => error && <span class="cut">{error}</span> },
];

function RunTable({ label, rows }: { readonly label: string; readonly rows: readonly RunRow[] }) {
  return <Table label={label} columns={COLUMNS} rows={rows} keyOf={({ id }) => id} />;
}

function mayWait({ state }: RunRow): boolean {
  return state === 'PENDING' || state === 'RETRY';
}

function toQuery({ search, state, task, queue, last, from, to, sort }: Place['query']): RunsQuery {
  const known: TaskState | undefined = TASK_STATES.find((name) => name === state);
  // Rounded to the minute, so that the question is the same for a while.
  const minutes = Number(last);
  const since = minutes > 0 ? Math.floor(Date.now() / 60_000 - minutes) * 60_000 : toMs(from);
  const until = toMs(to);
  return {
    ...(search ? { search } : {}),
    ...(known ? { state: known } : {}),
    ...(task ? { task } : {}),
    ...(queue ? { queue } : {}),
    ...(since === undefined ? {} : { from: since }),
    ...(until === undefined ? {} : { to: until }),
    ...(sort === 'sentAt' ? { sort } : {}),
  };
}

function toMs(local: string | undefined): number | undefined {
  const ms = local ? new Date(local).getTime() : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

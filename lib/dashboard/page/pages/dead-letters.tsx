/** Dead letters: why each died, and sending one, some or all of them again. */
import type { DeadLetterRow, DeadLettersQuery } from '../../row.ts';
import { desk } from '../desk.ts';
import { useFrom } from '../from.ts';
import { useInfo } from '../info.ts';
import { SLOW_POLL_MS, useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Code, ErrorText } from '../parts/code.tsx';
import { Choice } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { type Place, toHash } from '../place.ts';
import { plural } from '../text.ts';
import { refine } from '../travel.ts';
import { type Chosen, RedriveDialog } from './redrive.tsx';
import { Attempts } from './run.tsx';
import { SearchField } from './runs.tsx';

/** As many as are looked at: each look is a receive. */
const SHOWN_MAX = 200;

export function DeadLettersPage({ place }: PageProps) {
  const filter = toFilter(place.query);
  const key = JSON.stringify(filter);
  // Beside the list: a look that finds none, since another one has them just now, takes nothing away.
  const [marked, setMarked] = useFrom<ReadonlySet<string>>(key, () => new Set());
  // All that match are others with another filter, such as one that was typed just before.
  const [chosen, setChosen] = useFrom<Chosen | undefined>(key, (before) =>
    before?.rows === undefined ? undefined : before,
  );
  const letters = useLive(key, () => desk.deadLetters({ ...filter, limit: SHOWN_MAX }), SLOW_POLL_MS);
  return (
    <>
      <Head
        title="Dead letters"
        about="Messages that were given up. They are kept for 14 days, and can be sent again."
      />
      <Filter place={place} rows={letters.data?.rows ?? []} />
      <Shown of={letters}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title={key === '{}' ? 'No dead letters' : 'No dead letter is like this'}>
              {key === '{}' ? 'Nothing was given up.' : <a href="#/dead-letters">Show all</a>}
            </Empty>
          ) : (
            <List
              rows={rows}
              marked={marked}
              onMark={setMarked}
              onChoose={(some) => setChosen({ rows: some, shown: rows, filter, more: isCut(rows) })}
            />
          )
        }
      </Shown>
      {chosen && (
        <RedriveDialog
          chosen={chosen}
          onDone={() => {
            setMarked(new Set());
            letters.refresh();
          }}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  );
}

function messageOf({ id, messageId }: DeadLetterRow): string {
  return id ?? messageId;
}

interface ListProps {
  readonly rows: readonly DeadLetterRow[];
  readonly marked: ReadonlySet<string>;
  readonly onMark: (marked: ReadonlySet<string>) => void;
  /** undefined: all that match the filter. */
  readonly onChoose: (rows: readonly DeadLetterRow[] | undefined) => void;
}

/** There may be as many as are looked at only by chance. */
function isCut(rows: readonly DeadLetterRow[]): boolean {
  return rows.length >= SHOWN_MAX;
}

function List({ rows, marked, onMark, onChoose }: ListProps) {
  const { readOnly } = useInfo();
  const some = rows.filter((row) => marked.has(row.messageId));
  const mark = (row: DeadLetterRow, on: boolean) => {
    const next = new Set(marked);
    if (on) next.add(row.messageId);
    else next.delete(row.messageId);
    onMark(next);
  };
  const columns = readOnly
    ? COLUMNS
    : [toMark(marked, mark), ...COLUMNS, toRedrive((row) => onChoose([row]))];
  return (
    <>
      {!readOnly && (
        <div class="bar">
          <span>
            {some.length === 0
              ? plural(rows.length, 'dead letter')
              : `${some.length} of ${rows.length} chosen`}
            {isCut(rows) && ' shown; there may be more'}
          </span>
          <button type="button" disabled={some.length === 0} onClick={() => onChoose(some)}>
            Redrive chosen…
          </button>
          <button type="button" onClick={() => onChoose(undefined)}>
            Redrive all…
          </button>
        </div>
      )}
      <Table
        label="Dead letters"
        columns={columns}
        rows={rows}
        keyOf={({ messageId }) => messageId}
        detail={{
          label: (row) => `History and body of ${messageOf(row)}`,
          of: (row) => <More row={row} />,
        }}
      />
    </>
  );
}

const COLUMNS: readonly Column<DeadLetterRow>[] = [
  {
    head: 'Message',
    cell: (row) => (
      <>
        {row.id === undefined ? (row.task ?? 'A message') : <a href={toHash(['runs', row.id])}>{row.task}</a>}
        <code class="id">{messageOf(row)}</code>
      </>
    ),
  },
  { head: 'Why', cell: ({ reason }) => <Tag tone="bad">{reason}</Tag> },
  {
    head: 'Error',
    wide: true,
    cell: ({ error }) => error && <span class="cut">{`${error.name}: ${error.message}`}</span>,
  },
  { head: 'From', cell: ({ queue }) => <a href={toHash(['queues', queue])}>{queue}</a> },
  { head: 'Died', figures: true, cell: ({ deadAt }) => deadAt && <Time at={deadAt} /> },
];

function More({ row }: { readonly row: DeadLetterRow }) {
  return (
    <div class="more">
      <h3>History</h3>
      <Attempts attempts={row.attempts} />
      {row.error && <ErrorText error={row.error} />}
      <Code label="Body" text={row.body} />
    </div>
  );
}

function toMark(
  marked: ReadonlySet<string>,
  onMark: (row: DeadLetterRow, on: boolean) => void,
): Column<DeadLetterRow> {
  return {
    head: 'Choose',
    cell: (row) => (
      <input
        type="checkbox"
        aria-label={`Choose ${row.task ?? 'message'} ${messageOf(row)}`}
        checked={marked.has(row.messageId)}
        onChange={(event) => onMark(row, event.currentTarget.checked)}
      />
    ),
  };
}

function toRedrive(onRedrive: (row: DeadLetterRow) => void): Column<DeadLetterRow> {
  return {
    head: 'Do',
    cell: (row) => (
      <button
        type="button"
        aria-label={`Redrive ${row.task ?? 'message'} ${messageOf(row)}`}
        onClick={() => onRedrive(row)}
      >
        Redrive…
      </button>
    ),
  };
}

function Filter({ place, rows }: { readonly place: Place; readonly rows: readonly DeadLetterRow[] }) {
  const { query } = place;
  const queues = useLive('queues', desk.queues, 60_000).data ?? [];
  const names = queues.filter(({ deadLetters }) => deadLetters !== undefined).map(({ name }) => name);
  const known = (of: (row: DeadLetterRow) => string | undefined, now: string | undefined) =>
    [...new Set([now, ...rows.map(of)])].filter((value): value is string => Boolean(value)).sort();
  return (
    <search class="filter">
      <SearchField
        label="Search"
        hint="A text in the body or the error."
        value={query.search ?? ''}
        onSearch={(search) => refine({ search })}
      />
      <Choice
        label="Queue"
        value={query.queue ?? ''}
        options={[['', 'Any queue'], ...names]}
        onChange={(queue) => refine({ queue })}
      />
      <Choice
        label="Why"
        value={query.reason ?? ''}
        options={[['', 'Any reason'], ...known(({ reason }) => reason, query.reason)]}
        onChange={(reason) => refine({ reason })}
      />
      <Choice
        label="Task"
        value={query.task ?? ''}
        options={[['', 'Any task'], ...known(({ task }) => task, query.task)]}
        onChange={(task) => refine({ task })}
      />
    </search>
  );
}

function toFilter({ queue, reason, task, search }: Place['query']): DeadLettersQuery {
  return {
    ...(queue ? { queue } : {}),
    ...(reason ? { reason } : {}),
    ...(task ? { task } : {}),
    ...(search ? { search } : {}),
  };
}

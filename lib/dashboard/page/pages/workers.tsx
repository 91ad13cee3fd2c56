/** Who does the work: functions and long-running workers. */
import { useState } from 'preact/hooks';
import type { WorkerRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { useLive } from '../live.ts';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { toHash } from '../place.ts';
import { toCount, toDistance, toDuration } from '../text.ts';

export function WorkersPage() {
  const { readOnly } = useInfo();
  const workers = useLive('workers', desk.workers);
  const [asked, setAsked] = useState<Asked>();
  const processes = readOnly ? PROCESS_COLUMNS : [...PROCESS_COLUMNS, toSteering(setAsked)];
  const given = { refresh: workers.refresh, onClose: () => setAsked(undefined) };
  return (
    <>
      <Head
        title="Workers"
        about="Who receives: functions on Lambda, and processes on machines of your own."
      />
      <Shown of={workers}>
        {(rows) => (
          <>
            <Section kind="function" title="Functions" columns={FUNCTION_COLUMNS} rows={rows} />
            <Section kind="process" title="Long-running workers" columns={processes} rows={rows} />
          </>
        )}
      </Shown>
      {asked?.what === 'resize' && <Resize worker={asked.worker} {...given} />}
      {asked?.what === 'shutdown' && <ShutDown worker={asked.worker} {...given} />}
    </>
  );
}

interface SectionProps {
  readonly kind: WorkerRow['kind'];
  readonly title: string;
  readonly columns: readonly Column<WorkerRow>[];
  readonly rows: readonly WorkerRow[];
}

function Section({ kind, title, columns, rows }: SectionProps) {
  const own = rows.filter((row) => row.kind === kind);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {own.length > 0 ? (
        <Table label={title} columns={columns} rows={own} keyOf={({ name }) => name} />
      ) : (
        <Empty title={kind === 'function' ? 'No function works here' : 'No long-running worker is known'}>
          {kind === 'process' && (
            <>
              One is started with <code>celeriac worker</code>.
            </>
          )}
        </Empty>
      )}
    </section>
  );
}

const COUNTS: readonly Column<WorkerRow>[] = [
  {
    head: 'Queues',
    cell: ({ queues }) =>
      queues.map((queue, index) => (
        <span key={queue}>
          {index > 0 && ', '}
          <a href={toHash(['queues', queue])}>{queue}</a>
        </span>
      )),
  },
  { head: 'Slots', figures: true, cell: ({ concurrency }) => concurrency },
  { head: 'Active', figures: true, cell: ({ active }) => active },
  {
    head: 'Processed',
    figures: true,
    cell: ({ processed }) => processed !== undefined && toCount(processed),
  },
  {
    head: 'Errors',
    figures: true,
    cell: ({ errors }) =>
      errors !== undefined && <span class={errors > 0 ? 'wrong' : ''}>{toCount(errors)}</span>,
  },
  {
    head: 'Mean time',
    figures: true,
    cell: ({ duration }) => duration !== undefined && toDuration(duration),
  },
];

const NAME: Column<WorkerRow> = {
  head: 'Name',
  cell: ({ name, online }) => (
    <>
      <b>{name}</b> {online ? <Tag tone="good">online</Tag> : <Tag tone="bad">offline</Tag>}
    </>
  ),
};

const FUNCTION_COLUMNS: readonly Column<WorkerRow>[] = [NAME, ...COUNTS];

const PROCESS_COLUMNS: readonly Column<WorkerRow>[] = [
  NAME,
  ...COUNTS,
  { head: 'Pool', cell: ({ pool }) => pool },
  {
    head: 'Heartbeat',
    figures: true,
    cell: ({ lastBeat }) =>
      lastBeat !== undefined && <span title={String(lastBeat)}>{toDistance(lastBeat)}</span>,
  },
  { head: 'Runs now', cell: ({ tasks }) => tasks && tasks.length > 0 && <Now tasks={tasks} /> },
];

function Now({ tasks }: { readonly tasks: NonNullable<WorkerRow['tasks']> }) {
  return (
    <ul class="plain">
      {tasks.map(({ id, task, startedAt }) => (
        <li key={id}>
          <a href={toHash(['runs', id])}>{task}</a> since <Time at={startedAt} />
        </li>
      ))}
    </ul>
  );
}

/** What is asked before it is done, and of which worker: beside the list, whose row may go meanwhile. */
interface Asked {
  readonly what: 'resize' | 'shutdown';
  readonly worker: WorkerRow;
}

function toSteering(onAsk: (asked: Asked) => void): Column<WorkerRow> {
  return {
    head: 'Do',
    cell: (worker) => (
      <div class="buttons tight">
        <button
          type="button"
          aria-label={`Resize ${worker.name}`}
          onClick={() => onAsk({ what: 'resize', worker })}
        >
          Resize…
        </button>
        <button
          type="button"
          class="danger"
          aria-label={`Shut down ${worker.name}`}
          onClick={() => onAsk({ what: 'shutdown', worker })}
        >
          Shut down…
        </button>
      </div>
    ),
  };
}

interface AskedProps {
  readonly worker: WorkerRow;
  readonly refresh: () => void;
  readonly onClose: () => void;
}

function Resize({ worker: { name, concurrency = 1 }, refresh, onClose }: AskedProps) {
  const [slots, setSlots] = useState(String(concurrency));
  const resize = async () => {
    await desk.resizeWorker(name, Number(slots));
    refresh();
    return `${name} takes ${slots} at once from its next look on.`;
  };
  return (
    <Ask
      title={`Resize ${name}`}
      verb="Resize"
      blocked={!(Number(slots) >= 1)}
      onConfirm={resize}
      onClose={onClose}
    >
      <Field label="Slots" type="number" value={slots} onInput={setSlots} hint="Runs at once." />
    </Ask>
  );
}

function ShutDown({ worker: { name }, refresh, onClose }: AskedProps) {
  const shutdown = async () => {
    await desk.shutdownWorker(name);
    refresh();
    return `${name} finishes what it has and ends.`;
  };
  return (
    <Ask title={`Shut down ${name}?`} verb="Shut down" danger onConfirm={shutdown} onClose={onClose}>
      <p>It takes no more messages, finishes what it runs, and ends.</p>
    </Ask>
  );
}

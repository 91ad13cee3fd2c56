/** Rate and concurrency limits, and changing them while the app runs. */
import { useState } from 'preact/hooks';
import type { LimitRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { useLive } from '../live.ts';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toHash } from '../place.ts';

export function LimitsPage() {
  const { readOnly } = useInfo();
  const limits = useLive('limits', desk.limits, 10_000);
  const [changing, setChanging] = useState<LimitRow>();
  const columns = readOnly ? COLUMNS : [...COLUMNS, toChange(setChanging)];
  return (
    <>
      <Head
        title="Limits"
        about="For the whole fleet, not per worker. A message over a limit waits; it is no attempt."
      />
      <Shown of={limits}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No task has a limit">
              A task has one with <code>rateLimit</code> or <code>concurrency</code>.
            </Empty>
          ) : (
            <Table label="Limits" columns={columns} rows={rows} keyOf={({ task }) => task} />
          )
        }
      </Shown>
      {changing && (
        <ChangeLimits limit={changing} onDone={limits.refresh} onClose={() => setChanging(undefined)} />
      )}
    </>
  );
}

const COLUMNS: readonly Column<LimitRow>[] = [
  {
    head: 'Task',
    wide: true,
    cell: ({ task, changed }) => (
      <>
        <a href={toHash(['runs'], { task })}>{task}</a>{' '}
        {changed && <Tag tone="warn">changed at run time</Tag>}
      </>
    ),
  },
  { head: 'Rate', cell: ({ rateLimit }) => rateLimit ?? 'no limit' },
  { head: 'At once', cell: ({ concurrency }) => concurrency ?? 'no limit' },
];

function toChange(onChange: (limit: LimitRow) => void): Column<LimitRow> {
  return {
    head: 'Do',
    cell: (limit) => (
      <button type="button" aria-label={`Change limits of ${limit.task}`} onClick={() => onChange(limit)}>
        Change…
      </button>
    ),
  };
}

interface ChangeProps {
  readonly limit: LimitRow;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function ChangeLimits({ limit, onDone, onClose }: ChangeProps) {
  const [rate, setRate] = useState(limit.rateLimit ?? '');
  const [concurrency, setConcurrency] = useState(/^\d+/.exec(limit.concurrency ?? '')?.[0] ?? '');
  const confirm = async () => {
    const places = concurrency === '' ? null : Number(concurrency);
    await desk.setLimits(limit.task, rate.trim() === '' ? null : rate.trim(), places);
    onDone();
    return `The limits of ${limit.task} are changed.`;
  };
  return (
    <Ask title={`Change the limits of ${limit.task}`} verb="Change" onConfirm={confirm} onClose={onClose}>
      <Field
        label="Rate"
        value={rate}
        onInput={setRate}
        placeholder="100/m"
        hint="Runs per s, m or h; empty: what the task defines."
      />
      <Field
        label="At once"
        type="number"
        value={concurrency}
        onInput={setConcurrency}
        hint="Empty: what the task defines."
      />
    </Ask>
  );
}

/** Schedules: when each fires next and how it went, on a timeline too; and steering them. */
import { useState } from 'preact/hooks';
import type { ScheduleRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { refine } from '../travel.ts';
import { SearchField } from './runs.tsx';
import { AddSchedule, type Asked, AskedDialog, Steering } from './schedule-actions.tsx';
import { Timeline } from './timeline.tsx';

export function SchedulesPage({ place }: PageProps) {
  const { readOnly } = useInfo();
  const { prefix = '' } = place.query;
  const paging = usePaging(prefix);
  const { after } = paging;
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const schedules = useLive(`${prefix} ${after}`, () =>
    desk.schedules({ ...(prefix ? { prefix } : {}), ...(after === undefined ? {} : { after }) }),
  );
  const columns = readOnly ? COLUMNS : [...COLUMNS, toSteering(schedules.refresh, setAsked)];
  return (
    <>
      <Head title="Schedules" about="Times are in this browser's zone.">
        {!readOnly && (
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            Add a schedule…
          </button>
        )}
      </Head>
      <search class="filter">
        <SearchField label="Name begins with" value={prefix} onSearch={(text) => refine({ prefix: text })} />
      </search>
      <Shown of={schedules}>
        {({ rows, next }) => (
          <>
            {rows.length === 0 ? (
              <Empty title={prefix === '' ? 'This app has no schedules' : 'No schedule begins like this'}>
                {prefix === '' && (
                  <>
                    One is made with <code>defineSchedule</code>, or here at run time.
                  </>
                )}
              </Empty>
            ) : (
              <>
                <Timeline schedules={rows} />
                <Table label="Schedules" columns={columns} rows={rows} keyOf={({ name }) => name} />
              </>
            )}
            <Pager label="Pages of schedules" paging={paging} next={next} words={['Back', 'On']} />
          </>
        )}
      </Shown>
      {asked && <AskedDialog asked={asked} refresh={schedules.refresh} onClose={() => setAsked(undefined)} />}
      {adding && <AddSchedule onDone={schedules.refresh} onClose={() => setAdding(false)} />}
    </>
  );
}

const COLUMNS: readonly Column<ScheduleRow>[] = [
  {
    head: 'Schedule',
    cell: ({ name, paused, sentence, trigger, source }) => (
      <>
        <b>{name}</b> {paused && <Tag tone="warn">paused</Tag>} {source === 'runtime' && <Tag>run time</Tag>}
        <span class="below">
          {sentence} <code>{trigger}</code>
        </span>
      </>
    ),
  },
  { head: 'Does', cell: ({ action }) => action },
  { head: 'Next', figures: true, cell: ({ next, paused }) => (paused ? '' : <Time at={next[0]} />) },
  {
    head: 'Last',
    figures: true,
    cell: ({ last, lastOutcome }) =>
      last && (
        <>
          <Time at={last} /> {lastOutcome && <span class="below">{lastOutcome}</span>}
        </>
      ),
  },
  { head: 'Missed', figures: true, cell: ({ misses }) => (misses === 0 ? '' : misses) },
];

function toSteering(refresh: () => void, onAsk: (asked: Asked) => void): Column<ScheduleRow> {
  return {
    head: 'Do',
    steering: true,
    cell: (schedule) => <Steering schedule={schedule} refresh={refresh} onAsk={onAsk} />,
  };
}

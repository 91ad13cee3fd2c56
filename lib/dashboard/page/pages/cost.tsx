/** What the app costs: calls that were counted, and prices. */
import type { CostAnswer, CostRow } from '../../cost-row.ts';
import { desk } from '../desk.ts';
import { useLive } from '../live.ts';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toHash } from '../place.ts';
import { toCount, toTime, toUsd } from '../text.ts';

export function CostPage() {
  const cost = useLive('cost', desk.cost, 30_000);
  return (
    <>
      <Head title="Cost" about={cost.data && `Counted since ${toTime(cost.data.since)}.`} />
      <Shown of={cost}>{(data) => <Costs cost={data} />}</Shown>
    </>
  );
}

const COLUMNS: readonly Column<CostRow>[] = [
  { head: 'Service', cell: ({ service }) => service },
  { head: 'What', wide: true, cell: ({ what }) => what },
  { head: 'Count', figures: true, cell: ({ calls }) => toCount(calls) },
  { head: 'Price', figures: true, cell: ({ usd }) => toUsd(usd) },
];

const TASK_COLUMNS: readonly Column<CostAnswer['perTask'][number]>[] = [
  { head: 'Task', wide: true, cell: ({ task }) => <a href={toHash(['runs'], { task })}>{task}</a> },
  { head: 'Runs', figures: true, cell: ({ runs }) => toCount(runs) },
  { head: 'Per million', figures: true, cell: ({ usdPerMillion }) => toUsd(usdPerMillion) },
];

function Costs({ cost: { rows, perTask, note } }: { readonly cost: CostAnswer }) {
  const total = rows.reduce((sum, { usd }) => sum + usd, 0);
  return (
    <>
      <ul class="tiles few">
        <li>
          <span class="tile">
            <b>{toUsd(total)}</b>
            <span>in all</span>
          </span>
        </li>
      </ul>
      <p class="dim">{note}</p>
      {rows.length === 0 ? (
        <Empty title="Nothing has been counted yet" />
      ) : (
        <Table
          label="Calls"
          columns={COLUMNS}
          rows={rows}
          keyOf={({ service, what }) => `${service} ${what}`}
        />
      )}
      {perTask.length > 0 && (
        <>
          <h2>Per task</h2>
          <Table label="Cost per task" columns={TASK_COLUMNS} rows={perTask} keyOf={({ task }) => task} />
        </>
      )}
    </>
  );
}

/** Workflows, the newest first; and one of them. */
import type { RunRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useLive } from '../live.ts';
import type { PageProps } from '../navigation.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Pager, usePaging } from '../parts/pager.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { toHash } from '../place.ts';
import { toDuration } from '../text.ts';
import { WorkflowTree } from './workflow-tree.tsx';

export function WorkflowsPage({ place }: PageProps) {
  const [, id] = place.path;
  return id === undefined ? <WorkflowList /> : <OneWorkflow id={id} />;
}

function OneWorkflow({ id }: { readonly id: string }) {
  return (
    <>
      <p class="back">
        <a href="#/workflows">Workflows</a>
      </p>
      <Head title="Workflow" about={<code>{id}</code>} />
      <WorkflowTree id={id} />
    </>
  );
}

const COLUMNS: readonly Column<RunRow>[] = [
  {
    head: 'Workflow',
    wide: true,
    cell: ({ id, task }) => (
      <>
        <a href={toHash(['workflows', id])}>{task}</a>
        <code class="id">{id}</code>
      </>
    ),
  },
  { head: 'State', cell: ({ state }) => <State state={state} /> },
  { head: 'Sent', figures: true, cell: ({ sentAt }) => <Time at={sentAt} /> },
  { head: 'Ended', figures: true, cell: ({ endedAt }) => endedAt && <Time at={endedAt} /> },
  {
    head: 'Took',
    figures: true,
    cell: ({ sentAt, endedAt }) => (endedAt === undefined ? '' : toDuration(endedAt - sentAt)),
  },
  { head: 'Error', wide: true, cell: ({ error }) => error && <span class="cut">{error}</span> },
];

function WorkflowList() {
  const paging = usePaging('workflows');
  const { after } = paging;
  const list = useLive(`workflows ${after}`, () => desk.workflows(after === undefined ? {} : { after }));
  return (
    <>
      <Head title="Workflows" about="Chains, groups and chords, the newest first." />
      <Shown of={list}>
        {({ rows, next }) => (
          <>
            {rows.length === 0 ? (
              <Empty title="No workflow has been sent yet">
                One begins with <code>client.send(chain(…))</code>.
              </Empty>
            ) : (
              <Table label="Workflows" columns={COLUMNS} rows={rows} keyOf={({ id }) => id} />
            )}
            <Pager label="Pages of workflows" paging={paging} next={next} />
          </>
        )}
      </Shown>
    </>
  );
}

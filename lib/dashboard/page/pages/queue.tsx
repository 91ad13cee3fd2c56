/** One queue: its figures, a look at its messages, and what can be done with it. */
import { useState } from 'preact/hooks';
import type { MessageRow, QueueRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { type Live, SLOW_POLL_MS, single, useAction, useLive } from '../live.ts';
import { Code } from '../parts/code.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Facts } from '../parts/facts.tsx';
import { Choice } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { QueueTags } from '../parts/queue-tags.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WaitingText } from '../parts/waiting.tsx';
import { toHash } from '../place.ts';
import { plural, toCount, toDuration } from '../text.ts';
import { KnownWaits } from './known-waits.tsx';
import { SendTask } from './tasks.tsx';

export function QueuePage({ name }: { readonly name: string }) {
  const queues = useLive('queues', desk.queues, SLOW_POLL_MS);
  const queue = queues.data?.find((row) => row.name === name);
  return (
    <>
      <p class="back">
        <a href="#/queues">Queues</a>
      </p>
      <Head
        title={
          <>
            {name} {queue && <QueueTags queue={queue} />}
          </>
        }
      >
        {queue && <Actions queue={queue} live={queues} />}
      </Head>
      <Shown of={queues}>
        {() => (queue === undefined ? <Empty title="There is no such queue" /> : <Detail queue={queue} />)}
      </Shown>
    </>
  );
}

function Detail({ queue }: { readonly queue: QueueRow }) {
  const { ready, inFlight, delayed, oldest, consumers, tasks, deadLetters } = queue;
  return (
    <>
      <Facts
        facts={[
          ['Ready', toCount(ready)],
          ['In flight', toCount(inFlight)],
          ['Delayed', toCount(delayed)],
          ['Oldest', oldest === undefined ? undefined : toDuration(oldest * 1_000)],
          ['Tasks', tasks.join(', ')],
          [
            'Dead letters go to',
            deadLetters && <a href={toHash(['dead-letters'], { queue: queue.name })}>{deadLetters}</a>,
          ],
          [
            'Consumers',
            <span key="consumers" class="names">
              {consumers.join(', ') || 'none'}
            </span>,
          ],
        ]}
      />
      <Messages queue={queue} />
      {queue.kind === 'queue' && <KnownWaits queue={queue.name} />}
    </>
  );
}

const COLUMNS: readonly Column<MessageRow>[] = [
  {
    head: 'Message',
    cell: ({ id, task, messageId }) => (
      <>
        {id === undefined ? (task ?? 'A message') : <a href={toHash(['runs', id])}>{task ?? id}</a>}
        <code class="id">{id ?? messageId}</code>
      </>
    ),
  },
  { head: 'Sent', figures: true, cell: ({ sentAt }) => sentAt && <Time at={sentAt} /> },
  { head: 'Receives', figures: true, cell: ({ receives }) => receives },
  { head: 'Group', cell: ({ group }) => group },
  { head: 'Why it waits', wide: true, cell: ({ waiting }) => waiting && <WaitingText waiting={waiting} /> },
];

/** Looked at only when asked to: a look hides the messages for a moment and costs a call. */
function Messages({ queue }: { readonly queue: QueueRow }) {
  const [limit, setLimit] = useState('10');
  const [rows, setRows] = useState<readonly MessageRow[]>();
  const { busy, run } = useAction();
  const peek = () =>
    run(async () => {
      const found = await desk.peek(queue.name, Number(limit));
      setRows(found);
      return `${plural(found.length, 'message')} looked at; all stay in the queue.`;
    });
  return (
    <section aria-label="Messages">
      <div class="head">
        <h2>Messages</h2>
        <div class="buttons">
          <Choice label="At most" value={limit} options={['10', '50', '100']} onChange={setLimit} />
          <button type="button" aria-disabled={busy} onClick={peek}>
            Look at messages
          </button>
        </div>
      </div>
      {rows === undefined && (
        <p class="dim">A look hides each message from the workers for a moment; nothing is taken out.</p>
      )}
      {rows?.length === 0 && (
        <Empty title="No message is ready">Those in flight or delayed cannot be seen.</Empty>
      )}
      {rows && rows.length > 0 && (
        <Table
          label="Messages"
          columns={queue.ordered ? COLUMNS : COLUMNS.filter(({ head }) => head !== 'Group')}
          rows={rows}
          keyOf={({ messageId }) => messageId}
          detail={{
            label: ({ id, messageId }) => `Body of ${id ?? messageId}`,
            of: ({ body }) => <Code label="Body" text={body} />,
          }}
        />
      )}
    </section>
  );
}

interface ActionsProps {
  readonly queue: QueueRow;
  readonly live: Live<readonly QueueRow[]>;
}

function Actions({ queue, live }: ActionsProps) {
  const { readOnly } = useInfo();
  const [asked, setAsked] = useState<'purge' | 'send'>();
  const [task, setTask] = useState(queue.tasks[0] ?? '');
  const { busy, run } = useAction(live.refresh);
  if (readOnly) return null;
  const { name, paused } = queue;
  const turn = () =>
    run(async () => {
      await (paused ? desk.resumeQueue(name) : desk.pauseQueue(name));
      return paused ? `${name} is worked again.` : `${name} is paused; what runs now ends.`;
    });
  return (
    <>
      {queue.tasks.length > 0 && (
        <>
          {queue.tasks.length > 1 && (
            <Choice label="Task" value={task} options={queue.tasks} onChange={setTask} />
          )}
          <button type="button" onClick={() => setAsked('send')}>
            Send {queue.tasks.length > 1 ? 'it' : task}…
          </button>
        </>
      )}
      {queue.kind === 'queue' && (
        <button type="button" aria-disabled={busy} onClick={single(turn)}>
          {paused ? 'Resume' : 'Pause'}
        </button>
      )}
      <button type="button" class="danger" onClick={() => setAsked('purge')}>
        Purge…
      </button>
      {asked === 'send' && (
        <SendTask task={{ name: task, result: false }} onClose={() => setAsked(undefined)} />
      )}
      {asked === 'purge' && <Purge queue={queue} live={live} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Purge({ queue, live, onClose }: ActionsProps & { readonly onClose: () => void }) {
  const { name, ready, delayed } = queue;
  const confirm = async () => {
    const { purged } = await desk.purge(name);
    live.refresh();
    return `${plural(purged, 'message')} of ${name} deleted.`;
  };
  return (
    <Ask title={`Purge ${name}?`} verb={`Purge ${name}`} danger onConfirm={confirm} onClose={onClose}>
      <p>
        All its messages are deleted for good: {toCount(ready)} ready and {toCount(delayed)} delayed by the
        last count. SQS takes up to a minute for it, and allows it once a minute.
      </p>
    </Ask>
  );
}

/** The app's tasks, and sending one. */
import { useState } from 'preact/hooks';
import type { TaskRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { useLive } from '../live.ts';
import { Code } from '../parts/code.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Check, Field, TextField } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toHash } from '../place.ts';
import { jsonProblem } from '../text.ts';
import { goTo } from '../travel.ts';

export function TasksPage() {
  const { readOnly } = useInfo();
  const tasks = useLive('tasks', desk.tasks, 30_000);
  const [sending, setSending] = useState<TaskRow>();
  const columns = readOnly ? COLUMNS : [...COLUMNS, toSend(setSending)];
  return (
    <>
      <Head title="Tasks" about="What this app can run, as it is deployed." />
      <Shown of={tasks}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="This app has no tasks" />
          ) : (
            <Table label="Tasks" columns={columns} rows={rows} keyOf={({ name }) => name} />
          )
        }
      </Shown>
      {sending && <SendTask task={sending} onClose={() => setSending(undefined)} />}
    </>
  );
}

const COLUMNS: readonly Column<TaskRow>[] = [
  { head: 'Task', wide: true, cell: ({ name }) => <a href={toHash(['runs'], { task: name })}>{name}</a> },
  { head: 'Queue', cell: ({ queue }) => <a href={toHash(['queues', queue])}>{queue}</a> },
  { head: 'Attempts', figures: true, cell: ({ attempts }) => attempts },
  { head: 'Result', cell: ({ result }) => (result ? 'kept' : '') },
  { head: 'Once', cell: ({ once }) => (once ? 'one per key' : '') },
  { head: 'Rate', cell: ({ limits }) => limits?.rateLimit },
  { head: 'At once', cell: ({ limits }) => limits?.concurrency },
];

function toSend(onSend: (task: TaskRow) => void): Column<TaskRow> {
  return {
    head: 'Do',
    cell: (task) => (
      <button type="button" aria-label={`Send ${task.name}`} onClick={() => onSend(task)}>
        Send…
      </button>
    ),
  };
}

interface SendProps {
  readonly task: Pick<TaskRow, 'name' | 'result'>;
  readonly onClose: () => void;
}

const CALL_MS = 30_000;

export function SendTask({ task, onClose }: SendProps) {
  const [input, setInput] = useState('{}');
  const [delay, setDelay] = useState('');
  const [waits, setWaits] = useState(false);
  const [result, setResult] = useState<string>();
  const problem = jsonProblem(input);
  if (result !== undefined) {
    return (
      <Dialog title={`What ${task.name} has answered`} wide onClose={onClose}>
        <Code label="Result" text={result} />
        <div class="buttons">
          <button type="button" class="primary" onClick={onClose}>
            Close
          </button>
        </div>
      </Dialog>
    );
  }
  const confirm = async (isOpen: () => boolean) => {
    const { id } = await desk.send(task.name, input, delay === '' ? {} : { delay });
    if (task.result && isOpen()) goTo(['runs', id]);
    return `${task.name} is sent: ${id}.`;
  };
  const call = async () => {
    const answer = await desk.call(task.name, input, CALL_MS);
    setResult(answer.result);
    return undefined;
  };
  return (
    <Ask
      title={`Send ${task.name}`}
      verb={waits ? 'Call' : 'Send'}
      wide
      blocked={problem !== undefined}
      onConfirm={waits ? call : confirm}
      onClose={onClose}
    >
      <TextField label="Input (JSON)" value={input} onInput={setInput} problem={problem} />
      {!waits && (
        <Field
          label="Delay"
          value={delay}
          onInput={setDelay}
          placeholder="10m"
          hint="None where it is empty."
        />
      )}
      {task.result && <Check label="Wait for the result" value={waits} onChange={setWaits} />}
    </Ask>
  );
}

/** One run: what it was given, what became of it, why it waits, and what can be done about it. */
import { useState } from 'preact/hooks';
import { isFinal } from '../../../core/task-state.ts';
import type { AttemptRow, RunDetail } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { type Live, single, useAction, useLive } from '../live.ts';
import { Code, ErrorText } from '../parts/code.tsx';
import { Ask } from '../parts/dialog.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Check, TextField } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { WaitingText } from '../parts/waiting.tsx';
import { toHash } from '../place.ts';
import { hiddenHint, jsonProblem, toDuration, toPretty } from '../text.ts';
import { goTo } from '../travel.ts';
import { WorkflowTree } from './workflow-tree.tsx';

export function RunPage({ id }: { readonly id: string }) {
  const live = useLive(id, () => desk.run(id));
  return (
    <>
      <p class="back">
        <a href="#/runs">Runs</a>
      </p>
      <Head title={live.data?.task ?? 'Run'} about={<code>{id}</code>}>
        {live.data && <Actions run={live.data} live={live} />}
      </Head>
      <Shown of={live}>{(run) => <Detail run={run} />}</Shown>
    </>
  );
}

function Detail({ run }: { readonly run: RunDetail }) {
  return (
    <>
      {run.waiting && <WaitingText waiting={run.waiting} />}
      <Facts facts={toFacts(run)} />
      {run.errorDetail && (
        <section aria-label="Error">
          <h2>Error</h2>
          <ErrorText error={run.errorDetail} />
        </section>
      )}
      <div class={run.result === undefined ? 'pair alone' : 'pair'}>
        {run.input === undefined ? (
          <Empty title="No input is kept" />
        ) : (
          <Code label="Input" text={run.input} />
        )}
        {run.result !== undefined && <Code label="Result" text={run.result} />}
      </div>
      {run.state === 'SUCCESS' && run.result === undefined && (
        <p class="dim">It returned nothing that is kept.</p>
      )}
      {run.progress !== undefined && <Code label="Progress" text={JSON.stringify(run.progress)} />}
      <h2>Attempts</h2>
      <Attempts attempts={run.attempts} />
      {run.headers && <Code label="Headers" text={JSON.stringify(run.headers)} />}
      {run.workflow && (
        <section aria-label="Workflow">
          <h2>
            Workflow <a href={toHash(['workflows', run.workflow.id])}>{run.workflow.id}</a>
          </h2>
          <WorkflowTree id={run.workflow.id} current={run.id} />
        </section>
      )}
    </>
  );
}

function toFacts(run: RunDetail): readonly Fact[] {
  const { startedAt, endedAt, runtime, deadLetter, logsUrl, reason } = run;
  return [
    ['State', <State key="state" state={run.state} custom={run.customState} />],
    ['Reason', reason],
    [
      'Queue',
      <a key="queue" href={toHash(['queues', run.queue])}>
        {run.queue}
      </a>,
    ],
    ['Sent', <Time key="sent" at={run.sentAt} />],
    ['Started', startedAt && <Time at={startedAt} />],
    ['Ended', endedAt && <Time at={endedAt} />],
    ['Waited', startedAt && toDuration(startedAt - run.sentAt)],
    ['Runtime', runtime === undefined ? undefined : toDuration(runtime)],
    ['Retries', String(run.retries)],
    ['Dead letter', deadLetter && <a href={toHash(['dead-letters'], { search: run.id })}>{deadLetter}</a>],
    [
      'Logs',
      logsUrl && (
        <a href={logsUrl} target="_blank" rel="noreferrer">
          CloudWatch Logs
        </a>
      ),
    ],
  ];
}

const COLUMNS: readonly Column<AttemptRow>[] = [
  { head: 'Attempt', snug: true, figures: true, cell: ({ attempt }) => attempt },
  { head: 'At', snug: true, figures: true, cell: ({ at }) => <Time at={at} /> },
  { head: 'Outcome', snug: true, cell: ({ outcome }) => outcome },
  {
    head: 'Error',
    wide: true,
    cell: ({ error }) =>
      error && (
        <details>
          <summary>
            {error.name}: {error.message}
          </summary>
          <ErrorText error={error} />
        </details>
      ),
  },
];

export function Attempts({ attempts }: { readonly attempts: readonly AttemptRow[] }) {
  if (attempts.length === 0) return <Empty title="No attempt has ended yet" />;
  return (
    <Table
      label="Attempts"
      columns={COLUMNS}
      rows={attempts}
      keyOf={({ attempt, at }) => `${attempt} ${at}`}
    />
  );
}

type Asked = 'retry' | 'edit' | 'revoke' | 'forget';

function Actions({ run, live }: { readonly run: RunDetail; readonly live: Live<RunDetail> }) {
  const { readOnly } = useInfo();
  const [asked, setAsked] = useState<Asked>();
  const { busy, run: act } = useAction(live.refresh);
  if (readOnly) return null;
  const ended = isFinal(run.state);
  const retry = () =>
    act(async () => {
      const { id } = await desk.retry(run.id);
      if (id !== run.id) goTo(['runs', id]);
      return `${run.task} runs again.`;
    });
  return (
    <>
      {ended && (
        <>
          <button type="button" class="primary" aria-disabled={busy} onClick={single(retry)}>
            Retry
          </button>
          <button type="button" onClick={() => setAsked('edit')}>
            Edit and retry…
          </button>
          <button type="button" onClick={() => setAsked('forget')}>
            Forget…
          </button>
        </>
      )}
      {!ended && (
        <button type="button" class="danger" onClick={() => setAsked('revoke')}>
          Revoke…
        </button>
      )}
      {asked === 'edit' && <EditAndRetry run={run} live={live} onClose={() => setAsked(undefined)} />}
      {asked === 'revoke' && <Revoke run={run} live={live} onClose={() => setAsked(undefined)} />}
      {asked === 'forget' && <Forget run={run} live={live} onClose={() => setAsked(undefined)} />}
    </>
  );
}

interface AskedProps {
  readonly run: RunDetail;
  readonly live: Live<RunDetail>;
  readonly onClose: () => void;
}

function EditAndRetry({ run, live, onClose }: AskedProps) {
  const [input, setInput] = useState(toPretty(run.input ?? 'null'));
  const problem = jsonProblem(input);
  const confirm = async (isOpen: () => boolean) => {
    const { id } = await desk.retry(run.id, input);
    if (id !== run.id && isOpen()) goTo(['runs', id]);
    live.refresh();
    return `${run.task} runs again with another input.`;
  };
  return (
    <Ask
      title={`Retry ${run.task} with another input`}
      verb="Retry"
      wide
      blocked={problem !== undefined}
      onConfirm={confirm}
      onClose={onClose}
    >
      <TextField
        label="Input (JSON)"
        rows={12}
        value={input}
        onInput={setInput}
        problem={problem}
        hint={hiddenHint(input)}
      />
    </Ask>
  );
}

function Revoke({ run, live, onClose }: AskedProps) {
  const [terminate, setTerminate] = useState(false);
  const confirm = async () => {
    const { outcome } = await desk.revoke(run.id, terminate);
    live.refresh();
    return `Revoked: ${outcome}.`;
  };
  return (
    <Ask title={`Revoke ${run.task}?`} verb="Revoke" danger onConfirm={confirm} onClose={onClose}>
      <p>It will not start, and not be tried again.</p>
      <Check label="Also abort it while it runs" value={terminate} onChange={setTerminate} />
    </Ask>
  );
}

function Forget({ run, live, onClose }: AskedProps) {
  const confirm = async () => {
    await desk.forget(run.id);
    live.refresh();
    return 'Its input, result and error are forgotten.';
  };
  return (
    <Ask
      title={`Forget what is kept of ${run.task}?`}
      verb="Forget"
      danger
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>Its input, result and error are deleted for good. That it ran stays known.</p>
    </Ask>
  );
}

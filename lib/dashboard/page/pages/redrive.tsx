/** Sending dead letters again: first what would be sent and where, then doing it. */
import { useState } from 'preact/hooks';
import type { DeadLetterRow, DeadLettersQuery, Redrive, RedriveAnswer } from '../../row.ts';
import { DeskError, desk } from '../desk.ts';
import { useAction, useLive } from '../live.ts';
import { Ask } from '../parts/dialog.tsx';
import { Check, Choice, TextField } from '../parts/field.tsx';
import { hiddenHint, jsonProblem, plural, toPretty } from '../text.ts';

export interface Chosen {
  /** undefined: all that match the filter. */
  readonly rows: readonly DeadLetterRow[] | undefined;
  readonly shown: readonly DeadLetterRow[];
  readonly filter: DeadLettersQuery;
  /** There may be others than those that are shown. */
  readonly more: boolean;
}

interface RedriveProps {
  readonly chosen: Chosen;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const NONE_LEFT =
  'None was sent: they were redriven or deleted meanwhile, or somebody looks at them just now.';
const HERE = '';
const LISTED_MAX = 20;

export function RedriveDialog({ chosen, onDone, onClose }: RedriveProps) {
  const [to, setTo] = useState(HERE);
  const [edits, setEdits] = useState(false);
  const single = chosen.rows?.length === 1 ? chosen.rows[0] : undefined;
  const [input, setInput] = useState(() => inputOf(single));
  const [preview, setPreview] = useState<RedriveAnswer>();
  const { busy, run } = useAction();
  const queues = useLive('queues', desk.queues, 60_000).data ?? [];
  const problem = edits ? jsonProblem(input) : undefined;
  const redrive = async (preview: boolean) =>
    redriveAll(toRedrives(chosen, await queuesOf(chosen), to, edits ? input : undefined), preview);
  const look = () =>
    run(async () => {
      setPreview(await redrive(true));
      return undefined;
    });
  const confirm = async () => {
    const { sent } = await redrive(false);
    onDone();
    if (sent === 0) throw new DeskError('NONE_LEFT', NONE_LEFT);
    const told = `${plural(sent, 'dead letter')} sent again.`;
    return sent < (chosen.rows?.length ?? 0) ? `${told} The others are not there any more.` : told;
  };
  return (
    <Ask
      title={titleOf(chosen)}
      verb="Redrive"
      wide
      blocked={problem !== undefined}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p class="dim">Each runs again from its first attempt.</p>
      <Choice
        label="Send to"
        value={to}
        options={[
          [HERE, 'where each came from'],
          ...queues.filter(({ kind }) => kind === 'queue').map(({ name }) => name),
        ]}
        onChange={(value) => {
          setTo(value);
          setPreview(undefined);
        }}
      />
      {single && <Check label="With another input" value={edits} onChange={setEdits} />}
      {single && edits && (
        <TextField
          label="Input (JSON)"
          rows={10}
          value={input}
          onInput={setInput}
          problem={problem}
          hint={hiddenHint(input)}
        />
      )}
      <button type="button" disabled={problem !== undefined} aria-disabled={busy} onClick={look}>
        Preview
      </button>
      <div aria-live="polite">{preview && <Preview answer={preview} to={to} />}</div>
    </Ask>
  );
}

function Preview({ answer, to }: { readonly answer: RedriveAnswer; readonly to: string }) {
  return (
    <section aria-label="Preview" class="preview">
      <p>
        <b>{plural(answer.matched, 'dead letter')}</b> would be sent.
      </p>
      <ul>
        {answer.rows.slice(0, LISTED_MAX).map((row) => (
          <li key={row.messageId}>
            {row.task ?? 'A message'} <code class="id">{row.id ?? row.messageId}</code> →{' '}
            {to === HERE ? row.queue : to}
          </li>
        ))}
      </ul>
      {answer.rows.length > LISTED_MAX && <p>… and {answer.rows.length - LISTED_MAX} others.</p>}
    </section>
  );
}

function titleOf({ rows }: Chosen): string {
  if (rows === undefined) return 'Redrive all dead letters that match?';
  const [first] = rows;
  return rows.length === 1
    ? `Redrive ${first?.task ?? 'this message'}?`
    : `Redrive ${plural(rows.length, 'dead letter')}?`;
}

/** A redrive is of one queue, so what comes from several takes several. */
function toRedrives(
  { rows, filter }: Chosen,
  queues: readonly string[],
  to: string,
  input: string | undefined,
): readonly Redrive[] {
  const { queue: _, limit: __, ...rest } = filter;
  const given = { ...(to === HERE ? {} : { to }), ...(input === undefined ? {} : { input }) };
  return queues.map((queue) => ({
    queue,
    ...given,
    ...(rows === undefined
      ? { filter: rest }
      : { ids: rows.filter((row) => row.queue === queue).map((row) => row.id ?? row.messageId) }),
  }));
}

/** Whose dead letters they are; where not all are shown, those of any queue may be among them. */
async function queuesOf({ rows, shown, filter, more }: Chosen): Promise<readonly string[]> {
  if (rows === undefined && filter.queue !== undefined) return [filter.queue];
  const seen = new Set((rows ?? shown).map(({ queue }) => queue));
  if (rows !== undefined || !more) return [...seen];
  // The levels of a queue with priorities share one dead-letter queue.
  const owners = new Map<string, string>();
  for (const { name, deadLetters } of await desk.queues())
    if (deadLetters !== undefined && !owners.has(deadLetters)) owners.set(deadLetters, name);
  return [...owners.values()];
}

async function redriveAll(redrives: readonly Redrive[], preview: boolean): Promise<RedriveAnswer> {
  let all: RedriveAnswer = { matched: 0, sent: 0, rows: [] };
  for (const redrive of redrives) {
    const answer = await desk.redrive({ ...redrive, preview });
    all = {
      matched: all.matched + answer.matched,
      sent: all.sent + answer.sent,
      rows: [...all.rows, ...answer.rows],
    };
  }
  return all;
}

/** A task's message is an envelope with the input in it; anything else is its own input. */
function inputOf(row: DeadLetterRow | undefined): string {
  if (row === undefined) return '';
  try {
    const body: unknown = JSON.parse(row.body);
    const other = row.id === undefined ? body : null;
    const inside = typeof body === 'object' && body !== null && 'input' in body ? body.input : other;
    return JSON.stringify(inside, null, 2);
  } catch {
    return toPretty(row.body);
  }
}

/** What can be done with a schedule: pause, resume, run now, change, remove; and adding one. */
import { useState } from 'preact/hooks';
import type { ScheduleRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { single, useAction, useLive } from '../live.ts';
import { Ask } from '../parts/dialog.tsx';
import { Choice, Field, TextField } from '../parts/field.tsx';
import { jsonProblem } from '../text.ts';

/** What is asked before it is done, and of which schedule. */
export interface Asked {
  readonly what: 'change' | 'remove';
  readonly schedule: ScheduleRow;
}

interface SteeringProps {
  readonly schedule: ScheduleRow;
  readonly refresh: () => void;
  readonly onAsk: (asked: Asked) => void;
}

export function Steering({ schedule, refresh, onAsk }: SteeringProps) {
  const { name, paused } = schedule;
  const { busy, run } = useAction(refresh);
  const turn = () =>
    run(async () => {
      await (paused ? desk.resumeSchedule(name) : desk.pauseSchedule(name));
      return paused ? `${name} fires again.` : `${name} is paused.`;
    });
  const fire = () => run(async () => `${name} fires now: ${(await desk.runSchedule(name)).id}.`);
  return (
    <div class="buttons tight">
      <button
        type="button"
        aria-disabled={busy}
        aria-label={`${paused ? 'Resume' : 'Pause'} ${name}`}
        onClick={single(turn)}
      >
        {paused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" aria-disabled={busy} aria-label={`Run ${name} now`} onClick={single(fire)}>
        Run now
      </button>
      <button type="button" aria-label={`Change ${name}`} onClick={() => onAsk({ what: 'change', schedule })}>
        Change…
      </button>
      <button
        type="button"
        class="danger"
        aria-label={`Remove ${name}`}
        onClick={() => onAsk({ what: 'remove', schedule })}
      >
        Remove…
      </button>
    </div>
  );
}

interface AskedProps {
  readonly asked: Asked;
  readonly refresh: () => void;
  readonly onClose: () => void;
}

/** Beside the list and not in its row, which may go while somebody writes here. */
export function AskedDialog({ asked: { what, schedule }, refresh, onClose }: AskedProps) {
  const given = { schedule, refresh, onClose };
  return what === 'change' ? <Change {...given} /> : <Remove {...given} />;
}

const TRIGGER_HINT =
  "A cron expression such as '*/5 * * * *', an interval such as '15m', or a time such as 2026-12-24T18:00Z.";

interface OneProps extends Omit<AskedProps, 'asked'> {
  readonly schedule: ScheduleRow;
}

function Change({ schedule: { name, trigger, source }, refresh, onClose }: OneProps) {
  const [text, setText] = useState(trigger);
  const confirm = async () => {
    await desk.rescheduleSchedule(name, text);
    refresh();
    return `${name} fires as '${text}'.`;
  };
  return (
    <Ask
      title={`Change when ${name} fires`}
      verb="Change"
      blocked={text.trim() === ''}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Field label="Trigger" mono required value={text} onInput={setText} hint={TRIGGER_HINT} />
      {source === 'template' && (
        <p class="dim">It is deployed with the app; this holds until it is changed back.</p>
      )}
    </Ask>
  );
}

function Remove({ schedule: { name, source }, refresh, onClose }: OneProps) {
  const confirm = async () => {
    await desk.removeSchedule(name);
    refresh();
    return `${name} is removed.`;
  };
  return (
    <Ask title={`Remove ${name}?`} verb="Remove" danger onConfirm={confirm} onClose={onClose}>
      <p>
        It fires no more. {source === 'template' && 'The app still defines it, so a resume brings it back.'}
      </p>
    </Ask>
  );
}

interface AddProps {
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function AddSchedule({ onDone, onClose }: AddProps) {
  const tasks = useLive('tasks', desk.tasks, 60_000).data ?? [];
  const [name, setName] = useState('');
  const [trigger, setTrigger] = useState('');
  const [task, setTask] = useState('');
  const [input, setInput] = useState('{}');
  const problem = jsonProblem(input);
  const chosen = task || (tasks[0]?.name ?? '');
  const confirm = async () => {
    await desk.addSchedule(name.trim(), trigger, chosen, input);
    onDone();
    return `${name} is added.`;
  };
  const missing = name.trim() === '' || trigger.trim() === '' || chosen === '';
  return (
    <Ask
      title="Add a schedule"
      verb="Add"
      wide
      blocked={missing || problem !== undefined}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Field label="Name" required value={name} onInput={setName} />
      <Field label="Trigger" mono required value={trigger} onInput={setTrigger} hint={TRIGGER_HINT} />
      <Choice label="Task" value={chosen} options={tasks.map((row) => row.name)} onChange={setTask} />
      <TextField label="Input (JSON)" rows={5} value={input} onInput={setInput} problem={problem} />
    </Ask>
  );
}

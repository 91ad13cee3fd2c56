/** A state by word, mark and colour: none of them alone. */
import type { TaskState } from '../../../core/task-state.ts';

const MARKS: Readonly<Record<TaskState, string>> = {
  PENDING: '○',
  STARTED: '◐',
  RETRY: '↻',
  SUCCESS: '✓',
  FAILURE: '✕',
  REVOKED: '⊘',
};

interface StateProps {
  readonly state: TaskState;
  readonly custom?: string | undefined;
}

export function State({ state, custom }: StateProps) {
  return (
    <span class={`badge state-${state.toLowerCase()}`}>
      <span aria-hidden="true">{MARKS[state]}</span> {state}
      {custom === undefined ? '' : ` · ${custom}`}
    </span>
  );
}

interface TagProps {
  readonly tone?: 'plain' | 'good' | 'warn' | 'bad';
  readonly children: string | readonly string[];
}

/** A word about something, such as `paused`. */
export function Tag({ tone = 'plain', children }: TagProps) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}

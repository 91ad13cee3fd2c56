/** What a running task says of itself, written at most once a second. */
import { type Json, jsonProblem } from '../core/json.ts';
import { sizeBytes } from '../core/message.ts';
import { TASK_STATES } from '../core/task-state.ts';
import type { Context } from '../define/context.ts';
import { CeleriacError, toWireError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Progress } from './control-port.ts';

const INTERVAL_MS = 1_000;
/** Our own: a progress is read often, and stands beside the result in one item. */
const BYTES_MAX = 10_000;

/** The claim of the run that speaks. */
interface Speaker {
  readonly connection: Connection;
  readonly message: { readonly id: string };
  readonly owner?: string | undefined;
}

/** `context.progress`; its writes are waited for like the run's sends. */
export function createProgress({ connection, message, owner }: Speaker): Context['progress'] {
  const { ports, sends } = connection;
  let next: Progress | undefined;
  let writing: Promise<void> | undefined;
  let wroteAt = Number.NEGATIVE_INFINITY;
  const write = async (): Promise<void> => {
    while (next !== undefined) {
      const leftMs = wroteAt + INTERVAL_MS - ports.clock.now();
      if (leftMs > 0) await ports.clock.waiting(ports.clock.sleep(leftMs));
      const progress = next;
      next = undefined;
      wroteAt = ports.clock.now();
      await ports.state?.control.report(message.id, owner ?? '', progress);
    }
  };
  return (value, options = {}) => {
    if (owner === undefined || ports.state === undefined) return;
    next = { value: checked(value), ...checkedState(options.state) };
    if (writing !== undefined) return;
    writing = write()
      // A progress that is lost is no reason to fail.
      .catch((thrown) =>
        ports.log({ level: 'warn', message: 'no progress', id: message.id, error: toWireError(thrown, 0) }),
      )
      .finally(() => {
        writing = undefined;
      });
    const written = writing;
    sends.add(written);
    void written.finally(() => sends.delete(written));
  };
}

/** A state that all runs have would say that this one waits, or is over. */
function checkedState(state: string | undefined): { readonly state?: string } {
  if (state === undefined) return {};
  const taken: readonly string[] = [...TASK_STATES, 'UNKNOWN'];
  if (!taken.includes(state)) return { state };
  const text = `progress has the state '${state}', which is no state of the task's own; give another one`;
  throw new CeleriacError('PROGRESS_INVALID', text, { value: state, allowed: `none of ${taken.join(', ')}` });
}

function checked(value: unknown): Json {
  const problem = value === undefined ? undefined : jsonProblem(value, 'progress');
  const text = problem === undefined ? (JSON.stringify(value) ?? 'null') : '';
  if (problem === undefined && sizeBytes(text) <= BYTES_MAX) return JSON.parse(text);
  const why =
    problem === undefined ? `is larger than ${BYTES_MAX} bytes` : `has ${problem.found} at ${problem.path}`;
  throw new CeleriacError('PROGRESS_INVALID', `progress ${why}; give a little plain data`);
}

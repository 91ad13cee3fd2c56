/** `celeriac result`, `revoke`, `retry`, `forget`: what is done with one run. */
import { CeleriacError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { EXIT } from './failure.ts';
import { readDuration } from './given.ts';
import type { Session } from './over-desk.ts';
import { cyan } from './paint.ts';
import { pretty, readInput } from './send.ts';

/** Prints a run's result as soon as there is one; the exit code is 1 if it failed, 4 if it takes longer. */
export async function result(
  { desk, progress }: Session,
  { timeout }: { readonly timeout: string },
  id: string,
): Promise<Answer> {
  const timeoutMs = readDuration('--timeout', timeout);
  progress(`waiting for ${id}`).spin();
  const { result: json } = await desk.result(id, timeoutMs);
  return { value: JSON.parse(json), text: pretty(json) };
}

/** Revokes a run; the exit code is 1 if it goes on all the same, or has ended. */
export async function revoke(
  { desk }: Session,
  { terminate = false, task }: { readonly terminate?: boolean; readonly task?: string },
  id: string,
): Promise<Answer> {
  const value = await desk.revoke(id, terminate, task);
  const { outcome } = value;
  if (outcome === 'revoked') return { value, text: 'revoked: it will not start' };
  if (outcome === 'running' && terminate)
    return { value, text: 'it runs: its signal is aborted as soon as its worker looks' };
  const text = outcome === 'running' ? 'it runs already; --terminate aborts it' : 'it has ended already';
  return { value, text, code: EXIT.failed };
}

/** Runs an ended run once more, with its own input or another. */
export async function retry(
  session: Session,
  { input }: { readonly input?: string },
  id: string,
): Promise<Answer> {
  const text = input === undefined ? undefined : await readInput(session, input);
  const value = await session.desk.retry(id, text);
  return { value, text: `sent ${cyan(value.id)}` };
}

/** Drops what is kept of a run, which cannot be taken back. */
export async function forget(
  { desk, ask }: Session,
  { yes = false }: { readonly yes?: boolean },
  id: string,
): Promise<Answer> {
  if (!yes && !(await ask(`forget input, result and error of run ${id}`))) throw notDone('forgotten');
  await desk.forget(id);
  return { value: { forgotten: id }, text: `forgotten: ${id}` };
}

/** A question was answered with no. */
export function notDone(what: string): Error {
  return new CeleriacError('DECLINED', `nothing was ${what}`);
}

/** Answers that are dear and hold for a while: several pages and their looks share one. */
import type { DeskContext } from '../context.ts';

interface Kept {
  readonly at: number;
  readonly answer: Promise<unknown>;
}

const kept = new WeakMap<DeskContext, Map<string, Kept>>();

/** What was read under this name up to `freshMs` ago, else what is read now; a failure is not kept. */
export function remembered<T>(
  context: DeskContext,
  name: string,
  freshMs: number,
  read: () => Promise<T>,
): Promise<T> {
  const ofDesk = kept.get(context) ?? new Map<string, Kept>();
  kept.set(context, ofDesk);
  const now = context.ports.clock.now();
  const before = ofDesk.get(name);
  // Under one name stands what one caller has put there.
  if (before !== undefined && now - before.at < freshMs) return before.answer as Promise<T>;
  const answer = read();
  ofDesk.set(name, { at: now, answer });
  answer.catch(() => ofDesk.delete(name));
  return answer;
}

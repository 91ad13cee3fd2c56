/**
 * How deep the queues were and how old their messages, as seen since this page was opened: SQS only says how
 * it is now.
 */
import type { Overview } from '../row.ts';

export interface Depth {
  readonly at: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly oldest: number | undefined;
}

/** An hour and more at one every five seconds. */
const DEPTHS_MAX = 720;
const APART_MS = 5_000;

const seen: Depth[] = [];

/** The drawing begins so wide, and grows from its right end. */
const SHOWN_MIN = 24;

/** Takes note of an answer, and returns all notes from the oldest; times before that have no figures. */
export function noteDepths(overview: Overview): readonly (Depth | Pick<Depth, 'at'>)[] {
  note(overview);
  const [first] = seen;
  if (first === undefined) return seen;
  const before = Array.from({ length: Math.max(0, SHOWN_MIN - seen.length) }, (_, n) => ({
    at: first.at - (n + 1) * APART_MS,
  }));
  return [...before.reverse(), ...seen];
}

function note({ now, queues }: Overview): void {
  const last = seen.at(-1);
  if (last !== undefined && now - last.at < APART_MS) return;
  const own = queues.filter(({ kind }) => kind === 'queue');
  const sum = (of: 'ready' | 'inFlight' | 'delayed') => own.reduce((total, queue) => total + queue[of], 0);
  const ages = own.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest]));
  const oldest = ages.length === 0 ? undefined : Math.max(...ages);
  seen.push({ at: now, ready: sum('ready'), inFlight: sum('inFlight'), delayed: sum('delayed'), oldest });
  if (seen.length > DEPTHS_MAX) seen.shift();
}

/**
 * How deep the queues were and how old their messages. SQS only says how it is now, so it is noted down while
 * this page is open; what was before is known where CloudWatch has measured it, by the minute.
 */
import type { QueueHistory } from '../history.ts';
import type { Overview } from '../row.ts';

export interface Depth {
  readonly at: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly oldest: number | undefined;
  /** Messages that came and were acked; nobody counts them for an answer of now. */
  readonly sent?: number;
  readonly deleted?: number;
}

/** An hour and more at one every five seconds. */
const DEPTHS_MAX = 720;
const APART_MS = 5_000;

/** The drawing begins so wide, and grows from its right end. */
const SHOWN_MIN = 24;

export interface Depths {
  /** Takes note of an answer, and returns all notes from the oldest; times before that have no figures. */
  note(overview: Overview): readonly (Depth | Pick<Depth, 'at'>)[];
  /** Takes what was measured before, once; from then on notes are a minute apart, as that is. */
  begin(history: QueueHistory): void;
  /** Whether there are figures from before this page was opened. */
  readonly measured: boolean;
}

export function createDepths(): Depths {
  let seen: Depth[] = [];
  let apartMs = APART_MS;
  return {
    get measured() {
      return apartMs !== APART_MS;
    },
    begin(history) {
      const { stepMs } = history;
      const before = toTotals(history);
      if (before.length === 0) return;
      apartMs = stepMs;
      const last = before.at(-1)?.at ?? 0;
      seen = [...before, ...seen.filter(({ at }) => at >= last + stepMs).slice(-1)];
    },
    note(overview) {
      const depth = toDepth(overview);
      const last = seen.at(-1);
      // The newest one stands for its whole stretch, so that the drawing ends with how it is now.
      if (last !== undefined && depth.at - last.at < apartMs)
        seen[seen.length - 1] = { ...depth, at: last.at };
      else seen.push(depth);
      if (seen.length > DEPTHS_MAX) seen.shift();
      const [first] = seen;
      if (first === undefined) return seen;
      const before = Array.from({ length: Math.max(0, SHOWN_MIN - seen.length) }, (_, n) => ({
        at: first.at - (n + 1) * apartMs,
      }));
      return [...before.reverse(), ...seen];
    },
  };
}

function toDepth({ now, queues }: Overview): Depth {
  const own = queues.filter(({ kind }) => kind === 'queue');
  const sum = (of: 'ready' | 'inFlight' | 'delayed') => own.reduce((total, queue) => total + queue[of], 0);
  const ages = own.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest]));
  const oldest = ages.length === 0 ? undefined : Math.max(...ages);
  return { at: now, ready: sum('ready'), inFlight: sum('inFlight'), delayed: sum('delayed'), oldest };
}

/** All queues together, minute by minute; a queue without a point was idle. */
function toTotals({ stepMs, queues }: QueueHistory): readonly Depth[] {
  const points = queues.flatMap((queue) => queue.points);
  if (points.length === 0) return [];
  const at = points.map((point) => point.at);
  const [first, last] = [Math.min(...at), Math.max(...at)];
  return Array.from({ length: Math.round((last - first) / stepMs) + 1 }, (_, n): Depth => {
    const own = points.filter((point) => point.at === first + n * stepMs);
    const sum = (of: 'ready' | 'inFlight' | 'delayed' | 'sent' | 'deleted') =>
      own.reduce((total, point) => total + (point[of] ?? 0), 0);
    const ages = own.flatMap(({ oldest }) => (oldest === undefined ? [] : [oldest]));
    return {
      at: first + n * stepMs,
      ...{ ready: sum('ready'), inFlight: sum('inFlight'), delayed: sum('delayed') },
      ...{ sent: sum('sent'), deleted: sum('deleted') },
      oldest: ages.length === 0 ? undefined : Math.max(...ages),
    };
  });
}

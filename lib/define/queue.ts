/** Queues as users declare them, and as the rest of Celeriac reads them: complete and checked. */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import { RECEIVES_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import { nameProblems } from './name.ts';

export interface QueueOptions {
  /**
   * How long a delivery stays hidden while its task runs; when a worker dies, its messages come back after
   * this time. A worker function may run for a sixth of it (AWS's rule). At most 12 h (SQS). @default '3m'
   */
  readonly visibility?: Duration;
  readonly deadLetter?: {
    /**
     * After how many crashes (deliveries that had no outcome) a message is dead-lettered. 1–900. @default 3
     */
    readonly after?: number;
  };
  /**
   * Strict order (an SQS FIFO queue): `true` runs one message at a time, a function gives the message group
   * of an input, and groups run side by side. A message that fails holds its group until it succeeds or is
   * given up. @default false
   */
  readonly ordered?: boolean | ((input: never) => string);
}

/** A queue, complete. */
export interface Queue {
  readonly kind: 'queue';
  readonly name: string;
  readonly visibilityMs: number;
  readonly deadLetterAfter: number;
  readonly ordered: boolean;
  /** The message group of an input; undefined: one group for all. */
  readonly groupBy?: (input: never) => string;
  readonly problems: readonly Problem[];
}

/** The defaults of QueueOptions. */
export const QUEUE_DEFAULTS = { visibility: '3m', deadLetterAfter: 3 } as const;

/** SQS's own maxReceiveCount is `after` + 3 and at most 1000. */
const AFTER_MAX = RECEIVES_MAX - 100;

/** Declares a queue. What is wrong with it is reported by `defineApp`, together with everything else. */
export function defineQueue(name: string, options: QueueOptions = {}): Queue {
  const visibility = options.visibility ?? QUEUE_DEFAULTS.visibility;
  const after = options.deadLetter?.after ?? QUEUE_DEFAULTS.deadLetterAfter;
  return Object.freeze({
    kind: 'queue',
    name,
    visibilityMs: isDuration(visibility) ? toMilliseconds(visibility) : 0,
    deadLetterAfter: after,
    ordered: options.ordered !== undefined && options.ordered !== false,
    ...(typeof options.ordered === 'function' ? { groupBy: options.ordered } : {}),
    problems: Object.freeze([
      ...nameProblems('queues', 'queue', name),
      ...problemsOf(name, visibility, after),
    ]),
  });
}

function problemsOf(name: string, visibility: string, after: number): Problem[] {
  const problems: Problem[] = [];
  const path = `queues.${name}`;
  if (!isDuration(visibility)) {
    const message = `queue '${name}': visibility is '${visibility}'; write a duration such as '30s' or '5m'`;
    problems.push({ code: 'INVALID_DURATION', path: `${path}.visibility`, message });
  } else if (toMilliseconds(visibility) > VISIBILITY_MS_MAX) {
    const message =
      `queue '${name}': visibility is '${visibility}', SQS allows at most '12h'; split the ` + 'task';
    problems.push({ code: 'VISIBILITY_TOO_LONG', path: `${path}.visibility`, message });
  } else if (toMilliseconds(visibility) < VISIBILITY_MS_MIN) {
    const message =
      `queue '${name}': visibility is '${visibility}', a worker needs at least '6s' (six ` +
      'times its timeout of 1 s)';
    problems.push({ code: 'VISIBILITY_TOO_SHORT', path: `${path}.visibility`, message });
  }
  if (!Number.isInteger(after) || after < 1 || after > AFTER_MAX) {
    const message =
      `queue '${name}': deadLetter.after is ${after}; give a whole number from 1 to ` + `${AFTER_MAX}`;
    problems.push({ code: 'DEAD_LETTER_AFTER_OUT_OF_RANGE', path: `${path}.deadLetter.after`, message });
  }
  return problems;
}

const VISIBILITY_MS_MIN = 6_000;

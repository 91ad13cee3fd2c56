/** `celeriac queues redrive` and `dead-letters`: why messages were given up, and sending them again. */
import type { DeadLetterRow, DeadLettersQuery, Redrive } from '../dashboard/row.ts';
import type { Answer } from './answer.ts';
import { EXIT } from './failure.ts';
import { readCount } from './given.ts';
import type { Session } from './over-desk.ts';
import { cyan, dim, red } from './paint.ts';
import { notDone } from './run-commands.ts';
import { sayWhen } from './say.ts';
import { readInput } from './send.ts';
import { toTable } from './table.ts';

interface FilterOptions {
  readonly reason?: string;
  readonly task?: string;
  readonly search?: string;
}

export interface DeadLettersOptions extends FilterOptions {
  readonly limit: string;
}

const LIMIT_MAX = 500;

/** Lists dead letters, of one queue or of all. */
export async function deadLetters(
  { desk, now }: Session,
  options: DeadLettersOptions,
  queue?: string,
): Promise<Answer> {
  const { rows, next } = await desk.deadLetters({
    ...(queue === undefined ? {} : { queue }),
    ...toFilter(options),
    limit: readCount('--limit', options.limit, 1, LIMIT_MAX),
  });
  const more = next === undefined ? '' : `\n${dim('there are more: raise --limit, or filter')}`;
  return { value: rows, text: letterTable(rows, now()) + more };
}

export interface RedriveOptions extends FilterOptions {
  readonly id?: readonly string[];
  readonly to?: string;
  /** Another input, for one letter. */
  readonly input?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
}

/** Sends dead letters again; the exit code is 1 where some of those that matched were not sent. */
export async function redrive(session: Session, options: RedriveOptions, queue: string): Promise<Answer> {
  const { desk, now, ask } = session;
  const wanted = await toRedrive(session, options, queue);
  if (options.preview === true) {
    const value = await desk.redrive({ ...wanted, preview: true });
    const where = options.to === undefined ? 'where each came from' : options.to;
    return { value, text: `${letterTable(value.rows, now())}\n${value.matched} would be sent to ${where}` };
  }
  if (options.yes !== true && options.id === undefined) {
    const { matched } = await desk.redrive({ ...wanted, preview: true });
    if (matched === 0) return { value: { matched, sent: 0, rows: [] }, text: 'no dead letters match' };
    if (!(await ask(`send ${matched} dead letters of ${queue} again`))) throw notDone('sent');
  }
  session.progress(`redriving ${queue}`).spin();
  const value = await desk.redrive(wanted);
  const { sent, matched } = value;
  const whole = sent === matched && (matched > 0 || options.id === undefined);
  return { value, text: `${sent} of ${matched} sent again`, code: whole ? EXIT.ok : EXIT.failed };
}

async function toRedrive(session: Session, options: RedriveOptions, queue: string): Promise<Redrive> {
  const { id, to, input } = options;
  const filter = toFilter(options);
  return {
    queue,
    ...(id === undefined ? {} : { ids: id }),
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    ...(to === undefined ? {} : { to }),
    ...(input === undefined ? {} : { input: await readInput(session, input) }),
  };
}

function toFilter({ reason, task, search }: FilterOptions): Omit<DeadLettersQuery, 'queue' | 'limit'> {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(task === undefined ? {} : { task }),
    ...(search === undefined ? {} : { search }),
  };
}

function letterTable(rows: readonly DeadLetterRow[], now: number): string {
  return toTable(
    rows,
    {
      id: ({ id, messageId }) => cyan(id ?? messageId),
      task: ({ task }) => task,
      from: ({ queue }) => queue,
      reason: ({ reason }) => red(reason),
      died: ({ deadAt }) => sayWhen(deadAt, now),
      attempts: ({ attempts }) => (attempts.length === 0 ? undefined : attempts.length),
      error: ({ error }) => (error === undefined ? undefined : `${error.name}: ${error.message}`),
    },
    'no dead letters',
  );
}

/** `celeriac schedules`: what fires when, and changes to it while the app runs. */
import type { ScheduleRow } from '../dashboard/row.ts';
import { CeleriacError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { readCount } from './given.ts';
import type { Session } from './over-desk.ts';
import { cyan, dim, green, yellow } from './paint.ts';
import { notDone } from './run-commands.ts';
import { sayLength, sayTime, sayWhen } from './say.ts';
import { readInput } from './send.ts';
import { toTable } from './table.ts';

export interface ScheduleListOptions {
  readonly prefix?: string;
  readonly after?: string;
}

/** Lists schedules with their next fire and how the last one went. */
export async function listSchedules(
  { desk, now }: Session,
  { prefix, after }: ScheduleListOptions,
): Promise<Answer> {
  const { rows, next } = await desk.schedules({
    ...(prefix === undefined ? {} : { prefix }),
    ...(after === undefined ? {} : { after }),
  });
  const more = next === undefined ? '' : `\n${dim(`more: --after ${next}`)}`;
  return {
    value: { rows, ...(next === undefined ? {} : { next }) },
    text: scheduleTable(rows, now()) + more,
  };
}

const NEXT_MAX = 100;

/** The next fires of all schedules, or of one, in the order of time. */
export async function nextFires(
  { desk, now }: Session,
  { limit }: { readonly limit: string },
  name?: string,
): Promise<Answer> {
  const max = readCount('--limit', limit, 1, NEXT_MAX);
  const rows = name === undefined ? (await desk.schedules({})).rows : [await findSchedule(desk, name)];
  const value = rows
    .filter(({ paused }) => !paused)
    .flatMap((row) => row.next.map((at) => ({ schedule: row.name, at: new Date(at).toISOString(), ms: at })))
    .sort((left, right) => left.ms - right.ms)
    .slice(0, max)
    .map(({ schedule, at }) => ({ schedule, at }));
  const text = toTable(
    value,
    {
      at: ({ at }) => sayTime(Date.parse(at)),
      in: ({ at }) => sayLength(Math.max(0, Date.parse(at) - now())),
      schedule: ({ schedule }) => cyan(schedule),
    },
    'nothing is going to fire',
  );
  return { value, text };
}

export interface ScheduleAddOptions {
  readonly trigger: string;
  readonly task: string;
  readonly input?: string;
}

/** Adds a schedule to the running app. */
export async function addSchedule(
  session: Session,
  { trigger, task, input }: ScheduleAddOptions,
  name: string,
): Promise<Answer> {
  await session.desk.addSchedule(name, trigger, task, await readInput(session, input));
  return { value: { added: name }, text: `${green('added')}: ${name}` };
}

/** Gives a schedule another trigger. */
export async function rescheduleSchedule(
  { desk }: Session,
  _: unknown,
  name: string,
  trigger: string,
): Promise<Answer> {
  await desk.rescheduleSchedule(name, trigger);
  return { value: { rescheduled: name, trigger }, text: `${green('rescheduled')}: ${name}` };
}

/** Stops that a schedule fires. */
export async function pauseSchedule({ desk }: Session, _: unknown, name: string): Promise<Answer> {
  await desk.pauseSchedule(name);
  return { value: { schedule: name, paused: true }, text: `${yellow('paused')}: ${name}` };
}

/** Lets it fire again. */
export async function resumeSchedule({ desk }: Session, _: unknown, name: string): Promise<Answer> {
  await desk.resumeSchedule(name);
  return { value: { schedule: name, paused: false }, text: `${green('resumed')}: ${name}` };
}

/** Fires it now, beside its times. */
export async function runSchedule({ desk }: Session, _: unknown, name: string): Promise<Answer> {
  const value = await desk.runSchedule(name);
  return { value, text: `fired: ${cyan(value.id)}` };
}

/** Removes it, after a question. */
export async function removeSchedule(
  { desk, ask }: Session,
  { yes = false }: { readonly yes?: boolean },
  name: string,
): Promise<Answer> {
  if (!yes && !(await ask(`remove schedule ${name}`))) throw notDone('removed');
  await desk.removeSchedule(name);
  return { value: { removed: name }, text: `removed: ${name}` };
}

async function findSchedule(desk: Session['desk'], name: string): Promise<ScheduleRow> {
  const { rows } = await desk.schedules({ prefix: name });
  const found = rows.find((row) => row.name === name);
  if (found === undefined)
    throw new CeleriacError('NOT_FOUND', `there is no schedule '${name}'; celeriac schedules list has them`, {
      value: name,
    });
  return found;
}

function scheduleTable(rows: readonly ScheduleRow[], now: number): string {
  return toTable(
    rows,
    {
      schedule: ({ name }) => cyan(name),
      when: ({ sentence }) => sentence,
      does: ({ action }) => action,
      next: ({ next, paused }) => (paused ? yellow('paused') : sayWhen(next[0], now)),
      last: ({ last }) => sayWhen(last, now),
      outcome: ({ lastOutcome }) => lastOutcome,
      misses: ({ misses }) => (misses === 0 ? undefined : misses),
      from: ({ source }) => source,
    },
    'no schedules',
  );
}

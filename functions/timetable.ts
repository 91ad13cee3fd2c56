/** What the demo shows of the app's schedules: it changes one, performs the other, and lists both. */
import { type Client, every, type ScheduleInfo } from '#lib';
import { board, clock, nightly, ticking } from './flights.ts';
import { toColumns } from './report.ts';

/** How often the board's clock is set while the demo looks on, and how often it looks at most to see that. */
const PERIOD = '2s';
/** Two minutes: on a machine that is busy with other things, functions may take long to start. */
const LOOKS_MAX = 600;
const LOOK_MS = 200;

export interface Shown {
  /** What the board says of the day that was begun by hand. */
  readonly dayBegun: string;
  /** The time at which the board's clock was set, and the one for which it was scheduled. */
  readonly setAt: string;
  readonly scheduledAt: Date;
  readonly schedules: readonly ScheduleInfo[];
}

/** Begins a new day by hand, sets the clock more often, and waits until it has been set by its schedule. */
export async function showSchedules(client: Client): Promise<Shown> {
  const { schedules } = client;
  const { id: messageId } = await schedules.runNow(nightly.name);
  const dayBegun = await client.result(board, { messageId }).get();
  await schedules.reschedule(ticking.name, every(PERIOD));
  const { id, scheduledAt } = await firstFire(client);
  const setAt = await client.result(clock, id).get();
  await schedules.reset(ticking.name);
  return { dayBegun, setAt, scheduledAt, schedules: (await schedules.list()).schedules };
}

async function firstFire(client: Client): Promise<{ readonly id: string; readonly scheduledAt: Date }> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const last = (await client.schedules.get(ticking.name))?.last;
    if (last?.id !== undefined) return { id: last.id, scheduledAt: last.scheduledAt };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`schedule '${ticking.name}' has not fired in ${(LOOKS_MAX * LOOK_MS) / 1_000} s`);
}

/** Schedules as aligned lines. */
export function toTimetable(schedules: readonly ScheduleInfo[]): string {
  const rows = schedules.map(({ name, sentence, placement, next }) => [
    name,
    sentence,
    placement.kind,
    next?.toISOString().slice(0, 19) ?? 'never',
  ]);
  return toColumns([['schedule', 'fires', 'by', 'next (UTC)'], ...rows]);
}

/**
 * When schedules fire. Each enabled one that has something to come holds a single timer on the shared clock,
 * set for the moment of its next invocation, so that a schedule costs nothing between two of them.
 *
 * A fire has two times: the one that the expression names, which its target is told, and the moment at which
 * the target is invoked, by chance within the service's precision or the flexible window. It never comes
 * before the first.
 */
import type { Definition } from './definition.ts';
import { nextInvocation } from './expression-next.ts';
import { PRECISION_MS } from './limits.ts';
import type { SchedulerOptions } from './options.ts';
import type { Schedule } from './state.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** What an agenda needs besides its clock. */
export interface AgendaOptions extends Pick<SchedulerOptions, 'clock' | 'random' | 'precisionMs'> {
  /** Called when a schedule's moment has come; `next` and `firedFor` are those after this fire. */
  readonly fire: (schedule: Schedule, due: number) => void;
}

/** The timers of all schedules. */
export class Agenda {
  readonly #options: AgendaOptions;
  readonly #random: () => number;
  readonly #precisionMs: number;

  constructor(options: AgendaOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#precisionMs = options.precisionMs ?? PRECISION_MS;
  }

  /** Begins with a schedule that was made just now. */
  begin(schedule: Schedule): void {
    this.#setNext(schedule, this.#countAnew(schedule));
  }

  /**
   * Goes on by another definition. What was due before, and waits for its moment, still comes where the new
   * definition names that time too; AWS says that a fire near an update may be of either.
   */
  change(schedule: Schedule, before: Definition): void {
    const now = this.#options.clock.now();
    const { definition, next } = schedule;
    const same = definition.text === before.text && definition.timezone === before.timezone;
    this.cancel(schedule);
    if (!same) {
      // A one-time schedule with another time has not fired for it, and a rate counts anew: a guess.
      schedule.firedFor = undefined;
      this.#setNext(schedule, this.#countAnew(schedule));
      return;
    }
    const waiting = next !== undefined && next.due <= now;
    this.#setNext(schedule, waiting ? next.due : now, waiting ? next : undefined);
  }

  /**
   * Goes on with a schedule that an earlier process left. A one-time one is made up for; what a recurring one
   * has missed is lost, but for what is within its minute or window: AWS itself is never away.
   */
  resume(schedule: Schedule, due: number | undefined): void {
    if (due === undefined) return;
    this.#setNext(schedule, Math.max(due, this.#oldest(schedule)));
  }

  cancel(schedule: Schedule): void {
    schedule.cancel?.();
    schedule.cancel = undefined;
    schedule.next = undefined;
  }

  /** Lets a rate count from now, and gives the time from which on the schedule fires. */
  #countAnew(schedule: Schedule): number {
    const now = this.#options.clock.now();
    // Times are told in seconds, and a rate without StartDate begins when its schedule is made.
    schedule.countsFrom = startOfSecond(now);
    return schedule.definition.expression.kind === 'rate' ? schedule.countsFrom : now;
  }

  /** Sets the timer for the first fire at or after a time, if there is one. */
  #setNext(schedule: Schedule, from: number, kept?: Schedule['next']): void {
    const due = nextDue(schedule, from);
    if (due === undefined) return;
    const at = due === kept?.due ? kept.at : this.#momentOf(schedule, due);
    schedule.next = { due, at };
    schedule.cancel = this.#options.clock.at(at, () => this.#fire(schedule, due));
  }

  #fire(schedule: Schedule, due: number): void {
    schedule.cancel = undefined;
    schedule.next = undefined;
    schedule.firedFor = due;
    // A machine that slept does not make up for what it has slept through.
    this.#setNext(schedule, Math.max(due + 1, this.#oldest(schedule)));
    this.#options.fire(schedule, due);
  }

  #momentOf(schedule: Schedule, due: number): number {
    const late = Math.floor(this.#random() * this.#spanOf(schedule));
    return Math.max(this.#options.clock.now(), due + late);
  }

  #spanOf({ definition }: Schedule): number {
    return definition.windowMinutes === undefined ? this.#precisionMs : definition.windowMinutes * MINUTE;
  }

  /** The earliest time for which a fire is not yet too late. */
  #oldest(schedule: Schedule): number {
    return this.#options.clock.now() - Math.max(MINUTE, this.#spanOf(schedule)) + 1;
  }
}

/** Whether a schedule has fired for the last time. */
export function isComplete({ definition, firedFor, next }: Schedule): boolean {
  if (next !== undefined || firedFor === undefined || !definition.enabled) return false;
  // User guide: a recurring schedule without EndDate is not deleted by itself.
  return definition.expression.kind === 'at' || definition.endDate !== undefined;
}

function nextDue({ countsFrom, definition, firedFor }: Schedule, from: number): number | undefined {
  const { enabled, endDate, expression, startDate, timezone } = definition;
  if (!enabled) return undefined;
  const timing = {
    ...{ timezone, createdAt: countsFrom },
    ...(startDate !== undefined && { startDate }),
    ...(endDate !== undefined && { endDate }),
  };
  if (expression.kind !== 'at') return nextInvocation(expression, timing, from);
  // One whose time is over fires at once, be it that it is made, or enabled again, too late: the real service
  // takes a time in the past, and its troubleshooting guide says the latter.
  return firedFor === undefined ? nextInvocation(expression, timing, Number.NEGATIVE_INFINITY) : undefined;
}

function startOfSecond(time: number): number {
  return time - (time % SECOND);
}

/**
 * What is known of a schedule's fires: the record that changes with them, beside the one that users
 * change.
 */
import type { InTime } from './in-time.ts';
import type { Instance } from './instances.ts';

/** Why a fire did not run. */
export type DropReason =
  /** There is no such schedule, or not any more. */
  | 'removed'
  | 'paused'
  /** The schedule was changed, and this is no fire of what it is now. */
  | 'superseded'
  /** Later than its misfireGrace. */
  | 'misfire'
  /** Another fire of the same outage stands for it. */
  | 'coalesced'
  | 'max-instances';

/** What became of a fire. */
export type FireOutcome = 'sent' | DropReason;

/** The last thing that happened to a fire. */
export interface LastFire {
  readonly scheduledAt: number;
  readonly outcome: FireOutcome;
  /** The id of the message that it sent. */
  readonly id?: string;
  /** When. */
  readonly at: number;
}

export interface ScheduleState {
  /** +1 with every change: the condition of the next one. */
  readonly version: number;
  readonly last?: LastFire;
  /** Fires that did not run because they were too late, or too many runs were under way. */
  readonly misses: number;
  /** Fires for which another one stood. */
  readonly coalesced: number;
  /** With coalesce 'earliest': the fire that stands for all others until a time. */
  readonly absorbed?: { readonly by: number; readonly until: number };
  /** With coalesce 'latest': which fires came in time, so that no other one stands for them. */
  readonly inTime?: InTime;
  /** Runs under way, with maxInstances. */
  readonly instances: readonly Instance[];
  /** In processes with a scheduler of their own: the fire up to which they have taken all. */
  readonly handledAt?: number;
  /** Fires behind that one which were taken, too. */
  readonly ahead?: readonly number[];
  /** The fires that one of them took and has not yet sent, by whom, and until when nobody else may. */
  readonly taken?: { readonly owner: string; readonly until: number; readonly fires: readonly number[] };
}

export const NEW_STATE: ScheduleState = Object.freeze({
  version: 0,
  misses: 0,
  coalesced: 0,
  instances: Object.freeze([]),
});

/**
 * The state after a fire: an old fire does not hide a newer one, but is counted; a second delivery is
 * not.
 */
export function withOutcome(state: ScheduleState, last: LastFire): ScheduleState {
  const before = isSameFire(state.last, last) ? state.last?.outcome : undefined;
  // What the schedule does not fire any more is no fire of it: a timer that runs on past its end.
  if (last.outcome === 'superseded') return state;
  // What was sent stays sent, whatever becomes of its doubles.
  if (before === last.outcome || before === 'sent') return state;
  const isNewer = state.last === undefined || last.scheduledAt >= state.last.scheduledAt;
  return {
    ...state,
    misses: state.misses + (last.outcome === 'misfire' || last.outcome === 'max-instances' ? 1 : 0),
    coalesced: state.coalesced + (last.outcome === 'coalesced' ? 1 : 0),
    ...(isNewer ? { last } : {}),
  };
}

/** What was sent for this time under another id was the fire of another schedule of this name. */
function isSameFire(one: LastFire | undefined, other: LastFire): boolean {
  if (one?.scheduledAt !== other.scheduledAt) return false;
  return one.id === undefined || other.id === undefined || one.id === other.id;
}

/** Makes a state of data that was JSON. */
export function parseState(data: object): ScheduleState {
  // Only `JSON.stringify` of a ScheduleState is ever stored; what a newer version adds is kept.
  return { ...NEW_STATE, ...(data as Partial<ScheduleState>) };
}

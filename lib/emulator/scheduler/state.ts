/** All groups and schedules of all accounts, and what every operation gets. */
import { perRegion } from '../operations.ts';
import type { Caller, Input } from '../service.ts';
import { toPartition } from '../sqs/queue.ts';
import type { Agenda } from './agenda.ts';
import type { Definition } from './definition.ts';
import type { Keeper } from './keep.ts';
import type { SchedulerOptions } from './options.ts';
import { groupDoesNotExist } from './refusal.ts';

export interface Schedule {
  readonly name: string;
  readonly arn: string;
  readonly group: Group;
  readonly createdAt: number;
  modifiedAt: number;
  definition: Definition;
  /** Where a rate without StartDate begins to count. */
  countsFrom: number;
  /** The time for which it fires next, and when it does. */
  next: { readonly due: number; readonly at: number } | undefined;
  /** The time for which it fired last. */
  firedFor: number | undefined;
  /** Cancels its timer. */
  cancel: (() => void) | undefined;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly region: Region;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly schedules: Map<string, Schedule>;
  readonly tags: Map<string, string>;
}

/** What a ClientToken was for. */
export interface Remembered {
  /** The request, so that another one under the same token is told from a repeated one. */
  readonly request: string;
  readonly at: number;
}

/** What an account has in a region. */
export interface Region {
  readonly account: string;
  readonly region: string;
  readonly groups: Map<string, Group>;
  /** By operation and ClientToken, oldest first. */
  readonly tokens: Map<string, Remembered>;
  /** How many schedules there are in all groups. */
  schedules: number;
}

export interface State {
  readonly options: SchedulerOptions;
  readonly regions: Region[];
  readonly at: (place: { readonly account: string; readonly region: string }) => Region;
  readonly agenda: Agenda;
  /** Set where the state outlives the process. */
  readonly keeper: Keeper | undefined;
}

export interface Call {
  readonly state: State;
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** Makes regions in which the default group is there as soon as they are looked at. */
export function createRegions(options: SchedulerOptions): Pick<State, 'regions' | 'at'> {
  const regions: Region[] = [];
  const at = perRegion((account, region): Region => {
    const made: Region = { account, region, groups: new Map(), tokens: new Map(), schedules: 0 };
    made.groups.set('default', createGroup(made, 'default', options.clock.now()));
    regions.push(made);
    return made;
  });
  return { regions, at };
}

export function createGroup(region: Region, name: string, now: number): Group {
  return {
    ...{ name, region, createdAt: now, modifiedAt: now, schedules: new Map(), tags: new Map() },
    arn: toArn(region, `schedule-group/${name}`),
  };
}

export function toArn({ account, region }: Pick<Caller, 'account' | 'region'>, resource: string): string {
  return `arn:${toPartition(region)}:scheduler:${region}:${account}:${resource}`;
}

export function groupOf(call: Call, name: string): Group {
  const group = call.state.at(call.caller).groups.get(name);
  if (group === undefined) throw groupDoesNotExist(name);
  return group;
}

/** The schedule of an ARN, if it is there. */
export function findSchedule(state: State, arn: string): Schedule | undefined {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const [, group = '', name = ''] = resource.split('/');
  return state.at({ account, region }).groups.get(group)?.schedules.get(name);
}

/** Takes a schedule away, with its timer. */
export function removeSchedule(state: State, schedule: Schedule): void {
  state.agenda.cancel(schedule);
  schedule.group.schedules.delete(schedule.name);
  schedule.group.region.schedules -= 1;
  state.keeper?.removed(schedule);
}

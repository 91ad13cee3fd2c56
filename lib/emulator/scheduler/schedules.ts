/** Making, changing, finding, listing and deleting schedules. */
import type { Output } from '../service.ts';
import { checkDates, type Definition, readDefinition, showDefinition } from './definition.ts';
import { choice, optional, readGroupName, readName, readPrefix } from './fields.ts';
import { NAME_MAX, SCHEDULES_MAX } from './limits.ts';
import { pageOf } from './page.ts';
import { conflict, overQuota, scheduleDoesNotExist } from './refusal.ts';
import { type Call, groupOf, removeSchedule, type Schedule, toArn } from './state.ts';
import { once } from './tokens.ts';

export function createSchedule(call: Call): Output {
  const { input, now, state } = call;
  const name = readName(input);
  const groupName = readGroupName(input);
  const ScheduleArn = toArn(call.caller, `schedule/${groupName}/${name}`);
  const definition = read(call);
  const answer = () => ({ ScheduleArn });
  return once(call, 'CreateSchedule', answer, () => {
    const group = groupOf(call, groupName);
    checkDates(definition, now);
    if (group.schedules.has(name)) throw conflict(`Schedule ${name} already exists.`);
    const { schedulesMax = SCHEDULES_MAX } = state.options;
    if (group.region.schedules >= schedulesMax) throw overQuota('schedules', schedulesMax);
    const schedule: Schedule = {
      ...{ name, group, arn: ScheduleArn, createdAt: now, modifiedAt: now, definition },
      ...{ countsFrom: now, next: undefined, firedFor: undefined, cancel: undefined },
    };
    group.schedules.set(name, schedule);
    group.region.schedules += 1;
    state.agenda.begin(schedule);
    state.keeper?.defined(schedule);
    return answer();
  });
}

/** Replaces the whole definition: what the request does not say goes back to its default. */
export function updateSchedule(call: Call): Output {
  const { input, now, state } = call;
  const name = readName(input);
  const groupName = readGroupName(input);
  const definition = read(call);
  const answer = () => ({ ScheduleArn: toArn(call.caller, `schedule/${groupName}/${name}`) });
  return once(call, 'UpdateSchedule', answer, () => {
    const schedule = find(call, groupName, name);
    checkDates(definition, now);
    const before = schedule.definition;
    schedule.definition = definition;
    schedule.modifiedAt = now;
    state.agenda.change(schedule, before);
    state.keeper?.defined(schedule);
    return answer();
  });
}

export function getSchedule(call: Call): Output {
  const { input } = call;
  const name = readName(input);
  const schedule = find(call, readGroupName(input), name);
  return {
    ...{ Arn: schedule.arn, Name: name, GroupName: schedule.group.name },
    CreationDate: new Date(schedule.createdAt),
    LastModificationDate: new Date(schedule.modifiedAt),
    ...showDefinition(schedule.definition),
  };
}

/**
 * Deletes a schedule. An invocation of it that waits for a retry goes on; AWS does not say what happens then.
 */
export function deleteSchedule(call: Call): Output {
  const { input, state } = call;
  const name = readName(input);
  const groupName = readGroupName(input);
  const nothing = () => ({});
  return once(call, 'DeleteSchedule', nothing, () => {
    removeSchedule(state, find(call, groupName, name));
    return {};
  });
}

/** Lists by group and name. */
export function listSchedules(call: Call): Output {
  const { input } = call;
  const groupName = optional(input, 'GroupName', { at: 'groupName', max: NAME_MAX });
  const prefix = readPrefix(input);
  const state = choice(input, 'State', ['ENABLED', 'DISABLED']);
  const groups =
    groupName === undefined ? [...call.state.at(call.caller).groups.values()] : [groupOf(call, groupName)];
  const all = groups
    .flatMap(({ schedules }) => [...schedules.values()])
    .filter(({ name }) => name.startsWith(prefix))
    .filter(({ definition }) => state === undefined || definition.enabled === (state === 'ENABLED'))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  const { items, more } = pageOf(input, all, keyOf);
  return { Schedules: items.map(summarize), ...more };
}

function read(call: Call): Definition {
  const { region } = call.caller;
  return readDefinition(call.input, { region, universal: call.state.options.universal });
}

function find(call: Call, groupName: string, name: string): Schedule {
  // AWS names the schedule also where its group is what does not exist; a guess.
  const schedule = call.state.at(call.caller).groups.get(groupName)?.schedules.get(name);
  if (schedule === undefined) throw scheduleDoesNotExist(name);
  return schedule;
}

// A space is in no name, and before every character that is: groups stay together.
function keyOf({ group, name }: Schedule): string {
  return `${group.name} ${name}`;
}

function summarize(schedule: Schedule): Readonly<Record<string, unknown>> {
  const { arn, createdAt, definition, group, modifiedAt, name } = schedule;
  return {
    ...{ Arn: arn, Name: name, GroupName: group.name },
    State: definition.enabled ? 'ENABLED' : 'DISABLED',
    CreationDate: new Date(createdAt),
    LastModificationDate: new Date(modifiedAt),
    Target: { Arn: definition.target.arn },
  };
}

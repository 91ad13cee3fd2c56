/** Making, finding, listing and deleting schedule groups, and their tags. */
import type { Input, Output } from '../service.ts';
import { check, list, readName, readPrefix, required, requiredText, structure, texts } from './fields.ts';
import { GROUPS_MAX, TAG_KEY_MAX, TAG_VALUE_MAX, TAGS_MAX } from './limits.ts';
import { pageOf } from './page.ts';
import { conflict, constraint, groupDoesNotExist, invalid, overQuota } from './refusal.ts';
import { type Call, createGroup, type Group, groupOf, removeSchedule, toArn } from './state.ts';
import { once } from './tokens.ts';

const GROUP_ARN = /^arn:aws(-[a-z]+)?:scheduler:[a-z0-9-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$/;
const RESOURCE_ARN_MAX = 1_011;

export function createScheduleGroup(call: Call): Output {
  const name = readName(call.input);
  const tags = readTags(call.input);
  const ScheduleGroupArn = toArn(call.caller, `schedule-group/${name}`);
  const answer = () => ({ ScheduleGroupArn });
  return once(call, 'CreateScheduleGroup', answer, () => {
    const region = call.state.at(call.caller);
    if (region.groups.has(name)) throw conflict(`Schedule group ${name} already exists.`);
    if (region.groups.size >= GROUPS_MAX) throw overQuota('schedule groups', GROUPS_MAX);
    const group = createGroup(region, name, call.now);
    for (const [key, value] of tags) group.tags.set(key, value);
    region.groups.set(name, group);
    call.state.keeper?.group(group);
    return answer();
  });
}

export function getScheduleGroup(call: Call): Output {
  return { ...show(groupOf(call, readName(call.input))) };
}

export function listScheduleGroups(call: Call): Output {
  const prefix = readPrefix(call.input);
  const all = [...call.state.at(call.caller).groups.values()]
    .filter(({ name }) => name.startsWith(prefix))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const { items, more } = pageOf(call.input, all, ({ name }) => name);
  return { ScheduleGroups: items.map(show), ...more };
}

/** Deletes a group with its schedules. AWS takes a while, in the state DELETING; here it is done at once. */
export function deleteScheduleGroup(call: Call): Output {
  const name = readName(call.input);
  return once(
    call,
    'DeleteScheduleGroup',
    () => ({}),
    () => {
      const group = groupOf(call, name);
      if (name === 'default') throw invalid('The default schedule group cannot be deleted.');
      for (const schedule of group.schedules.values()) removeSchedule(call.state, schedule);
      group.region.groups.delete(name);
      call.state.keeper?.group(group);
      return {};
    },
  );
}

export function listTagsForResource(call: Call): Output {
  return { Tags: [...taggedGroup(call).tags].map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(call: Call): Output {
  const group = taggedGroup(call);
  const given = readTags(call.input);
  if (new Set([...group.tags.keys(), ...given.keys()]).size > TAGS_MAX) throw overQuota('tags', TAGS_MAX);
  for (const [key, value] of given) group.tags.set(key, value);
  call.state.keeper?.group(group);
  return {};
}

export function untagResource(call: Call): Output {
  const group = taggedGroup(call);
  for (const key of texts(call.input, 'TagKeys')) group.tags.delete(key);
  call.state.keeper?.group(group);
  return {};
}

/** Only groups have tags. */
function taggedGroup(call: Call): Group {
  const arn = requiredText(call.input, 'ResourceArn');
  check(arn, { at: 'resourceArn', max: RESOURCE_ARN_MAX, pattern: GROUP_ARN });
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const name = resource.slice('schedule-group/'.length);
  const group = call.state.at({ account, region }).groups.get(name);
  if (group === undefined) throw groupDoesNotExist(name);
  return group;
}

function readTags(input: Input): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const given = list(input, 'Tags');
  if (given.length > TAGS_MAX)
    throw constraint(`[${given.length} tags]`, 'tags', `have length less than or equal to ${TAGS_MAX}`);
  for (const [index, item] of given.entries()) {
    const tag = structure(item, 'Tags');
    const at = `tags.${index + 1}.member`;
    const key = required(tag, 'Key', { at: `${at}.key`, max: TAG_KEY_MAX });
    if (/^aws:/i.test(key)) throw invalid('Tag keys must not start with aws:.');
    if (tags.has(key)) throw invalid('Duplicate tag keys are not allowed.');
    tags.set(key, required(tag, 'Value', { at: `${at}.value`, max: TAG_VALUE_MAX }));
  }
  return tags;
}

function show(group: Group): Readonly<Record<string, unknown>> {
  return {
    Arn: group.arn,
    CreationDate: new Date(group.createdAt),
    LastModificationDate: new Date(group.modifiedAt),
    Name: group.name,
    State: 'ACTIVE',
  };
}

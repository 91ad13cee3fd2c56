/** Tags of buses and rules. */
import type { Input, Output } from '../service.ts';
import { list, requiredText, structure, texts } from './fields.ts';
import { TAGS_MAX } from './limits.ts';
import {
  busDoesNotExist,
  constraint,
  invalid,
  invalidParameter,
  overLimit,
  ruleDoesNotExist,
} from './refusal.ts';
import { type Call, findBus } from './state.ts';

export function listTagsForResource(call: Call): Output {
  return { Tags: [...tagsOf(call)].map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(call: Call): Output {
  const tags = tagsOf(call);
  const given = readTags(call.input);
  if (new Set([...tags.keys(), ...given.keys()]).size > TAGS_MAX) throw overLimit();
  for (const [key, value] of given) tags.set(key, value);
  return {};
}

export function untagResource(call: Call): Output {
  const tags = tagsOf(call);
  for (const key of texts(call.input, 'TagKeys')) tags.delete(key);
  return {};
}

export function readTags(input: Input): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const item of list(input, 'Tags')) {
    const tag = structure(item, 'Tags');
    const key = requiredText(tag, 'Key');
    if (key.length < 1 || key.length > 128) throw constraint(key, 'tags.key', 'have length of 1 to 128');
    if (/^aws:/i.test(key)) throw invalid('Tag keys must not start with aws:.');
    if (tags.has(key)) throw invalid('Duplicate tag keys are not allowed.');
    tags.set(key, requiredText(tag, 'Value'));
  }
  if (tags.size > TAGS_MAX) throw overLimit();
  return tags;
}

function tagsOf(call: Call): Map<string, string> {
  const arn = requiredText(call.input, 'ResourceARN');
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const [kind, ...names] = resource.split('/');
  if (kind === 'event-bus') {
    const bus = findBus(call.state, arn, call.caller);
    if (bus === undefined) throw busDoesNotExist(names.join('/'));
    return bus.tags;
  }
  if (kind !== 'rule') throw invalidParameter('ResourceArn', 'Provided Arn is not in correct format.');
  const [first = '', second] = names;
  const [busName, name] = second === undefined ? ['default', first] : [first, second];
  const rule = call.state.at({ account, region }).buses.get(busName)?.rules.get(name);
  if (rule === undefined) throw ruleDoesNotExist(name, busName);
  return rule.tags;
}

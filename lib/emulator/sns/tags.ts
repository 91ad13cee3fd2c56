/** Tags of topics. */
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { list, requiredText, structure, text, texts } from './fields.ts';
import { TAG_KEY_MAX, TAG_VALUE_MAX, TAGS_MAX } from './limits.ts';
import { invalid, missing, resourceDoesNotExist } from './refusal.ts';
import { type Call, checkArn, type Topic } from './state.ts';

export function listTagsForResource(call: Call): Output {
  const { tags } = resourceOf(call);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(call: Call): Output {
  const topic = resourceOf(call);
  const given = readTags(call.input, 'Tags');
  if (given.size === 0) throw missing('Tags');
  checkTags(new Map([...topic.tags, ...given]));
  for (const [key, value] of given) topic.tags.set(key, value);
  return {};
}

export function untagResource(call: Call): Output {
  const topic = resourceOf(call);
  for (const key of texts(call.input, 'TagKeys')) topic.tags.delete(key);
  return {};
}

export function readTags(input: Input, name: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const item of list(input, name) ?? []) {
    const tag = structure(item, name);
    const key = requiredText(tag, 'Key');
    const value = text(tag, 'Value') ?? '';
    if (tags.has(key)) throw invalid('Duplicated keys are not allowed.');
    if (key.length < 1 || key.length > TAG_KEY_MAX)
      throw invalid(`Tag key must be 1–${TAG_KEY_MAX} characters`);
    if (value.length > TAG_VALUE_MAX) throw invalid(`Tag value must be at most ${TAG_VALUE_MAX} characters`);
    if (/^aws:/i.test(key)) throw invalid("Tag keys can not start with 'aws:'");
    tags.set(key, value);
  }
  return tags;
}

/** Checks all the tags that a topic would have. */
export function checkTags(tags: ReadonlyMap<string, string>): void {
  if (tags.size <= TAGS_MAX) return;
  throw new ServiceError(
    'TagLimitExceededException',
    'Could not complete request: tag quota of per resource exceeded',
  );
}

function resourceOf(call: Call): Topic {
  const arn = requiredText(call.input, 'ResourceArn');
  checkArn(arn, 'ResourceArn');
  const topic = call.state.topics.get(arn);
  if (topic === undefined) throw resourceDoesNotExist();
  return topic;
}

/** Tags of tables: TagResource, UntagResource, ListTagsOfResource. */
import type { Output } from '../service.ts';
import { type Context, tableNameOf } from './context.ts';
import { Constraints, type Fields, members, optionalList, optionalText, refuseUnknown } from './input.ts';
import { TAGS_MAX } from './limits.ts';
import { notFound, validation } from './refusals.ts';
import type { Table } from './table.ts';
import { records } from './table-definition.ts';

const KEY_MAX = 128;
const VALUE_MAX = 256;
const TAG_MEMBERS = members('ResourceArn', 'Tags');
const UNTAG_MEMBERS = members('ResourceArn', 'TagKeys');
const LIST_MEMBERS = members('ResourceArn', 'NextToken');

export function tagResource(context: Context, input: Fields): Output {
  refuseUnknown('TagResource', input, TAG_MEMBERS);
  const constraints = new Constraints();
  constraints.required('resourceArn', input.ResourceArn);
  constraints.required('tags', input.Tags);
  constrainTags(constraints, input);
  constraints.check();
  const tags = readTags(input);
  if (tags.size === 0) throw validation('Atleast one Tag needs to be provided as Input.');
  const table = tableOf(context, input);
  const merged = new Map([...table.tags, ...tags]);
  if (merged.size > TAGS_MAX) {
    throw validation(
      `One or more parameter values were invalid: Too many tags: at most ${TAGS_MAX} are allowed`,
    );
  }
  for (const [key, value] of tags) table.tags.set(key, value);
  context.trace('TagResource', table.name, { tags: tags.size });
  return {};
}

export function untagResource(context: Context, input: Fields): Output {
  refuseUnknown('UntagResource', input, UNTAG_MEMBERS);
  const constraints = new Constraints();
  constraints.required('resourceArn', input.ResourceArn);
  constraints.required('tagKeys', input.TagKeys);
  constraints.check();
  const keys = optionalList(input, 'TagKeys') ?? [];
  if (keys.length === 0) throw validation('Atleast one Tag Key needs to be provided as Input.');
  const table = tableOf(context, input);
  for (const key of keys) table.tags.delete(String(key));
  context.trace('UntagResource', table.name, { tags: keys.length });
  return {};
}

export function listTagsOfResource(context: Context, input: Fields): Output {
  refuseUnknown('ListTagsOfResource', input, LIST_MEMBERS);
  const constraints = new Constraints();
  constraints.required('resourceArn', input.ResourceArn);
  constraints.check();
  const table = tableOf(context, input);
  return { Tags: [...table.tags].map(([Key, Value]) => ({ Key, Value })) };
}

/** Collects what is wrong with a list of tags. */
export function constrainTags(constraints: Constraints, input: Fields): void {
  for (const [index, tag] of records(input, 'Tags').entries()) {
    const at = `tags.${index + 1}.member`;
    constraints.required(`${at}.key`, tag.Key);
    constraints.length(`${at}.key`, optionalText(tag, 'Key'), 1, KEY_MAX);
    constraints.required(`${at}.value`, tag.Value);
    constraints.length(`${at}.value`, optionalText(tag, 'Value'), 0, VALUE_MAX);
  }
}

/** Tags by key. */
export function readTags(input: Fields): ReadonlyMap<string, string> {
  return new Map(
    records(input, 'Tags').map((tag) => [optionalText(tag, 'Key') ?? '', optionalText(tag, 'Value') ?? '']),
  );
}

function tableOf(context: Context, input: Fields): Table {
  const arn = optionalText(input, 'ResourceArn') ?? '';
  if (!/^arn:aws[^:]*:dynamodb:/.test(arn))
    throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = context.region.tables.get(tableNameOf(context, arn));
  if (table === undefined) throw notFound(`Requested resource not found: ResourcArn: ${arn} not found`);
  return table;
}

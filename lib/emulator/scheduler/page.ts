/**
 * Pages of lists. A token is the last name of the page before: a schedule that goes in between moves no other
 * one out of the list.
 */
import type { Input } from '../service.ts';
import { text, whole } from './fields.ts';
import { LIST_MAX } from './limits.ts';
import { invalid } from './refusal.ts';

/** One page of what is sorted by its keys, and the token of the next one. */
export function pageOf<T>(
  input: Input,
  all: readonly T[],
  keyOf: (item: T) => string,
): { readonly items: readonly T[]; readonly more: { readonly NextToken?: string } } {
  const after = readAfter(input);
  const start = after === undefined ? 0 : all.findIndex((item) => keyOf(item) > after);
  const end = start + (whole(input, 'MaxResults', 1, LIST_MAX) ?? LIST_MAX);
  const items = start < 0 ? [] : all.slice(start, end);
  const last = items.at(-1);
  if (start < 0 || end >= all.length || last === undefined) return { items, more: {} };
  return { items, more: { NextToken: Buffer.from(keyOf(last)).toString('base64') } };
}

function readAfter(input: Input): string | undefined {
  const token = text(input, 'NextToken');
  if (token === undefined) return undefined;
  const key = Buffer.from(token, 'base64').toString();
  if (token !== '' && Buffer.from(key).toString('base64') === token) return key;
  throw invalid('The provided NextToken is not valid.');
}

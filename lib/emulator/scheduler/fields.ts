/** Reads members of a request, which is unknown until then, with the checks that AWS's framework makes. */
import { requiredText, text } from '../eventbridge/fields.ts';
import type { Input } from '../service.ts';
import { CLIENT_TOKEN_MAX, NAME_MAX } from './limits.ts';
import { constraint } from './refusal.ts';

export {
  choice,
  list,
  optionalStructure,
  parseJson,
  requiredText,
  structure,
  text,
  texts,
  time,
  whole,
} from '../eventbridge/fields.ts';

const NAME = /^[0-9a-zA-Z-_.]+$/;
const CLIENT_TOKEN = /^[a-zA-Z0-9-_]+$/;

/** What a text has to be; `at` is its place in the request as AWS's messages write it. */
export interface TextRule {
  readonly at: string;
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

/** Checks a text against the API's model. */
export function check(value: string, { at, min = 1, max, pattern }: TextRule): string {
  if (value.length < min) throw constraint(value, at, `have length greater than or equal to ${min}`);
  if (value.length > max) throw constraint(value, at, `have length less than or equal to ${max}`);
  if (pattern === undefined || pattern.test(value)) return value;
  throw constraint(value, at, `satisfy regular expression pattern: ${pattern.source}`);
}

export function optional(input: Input, member: string, rule: TextRule): string | undefined {
  const value = text(input, member);
  return value === undefined ? undefined : check(value, rule);
}

/** A required member of a structure; its absence is told by its place too. */
export function required(input: Input, member: string, rule: TextRule): string {
  const value = text(input, member);
  if (value === undefined) throw constraint(null, rule.at, 'not be null');
  return check(value, rule);
}

/** The name of a schedule or a group. */
export function readName(input: Input, member = 'Name'): string {
  return check(requiredText(input, member), nameRule(member));
}

/** The group that a request names; the default one where it names none. */
export function readGroupName(input: Input): string {
  return optional(input, 'GroupName', nameRule('GroupName')) ?? 'default';
}

/** The prefix of names that a list asks for. */
export function readPrefix(input: Input): string {
  return optional(input, 'NamePrefix', nameRule('NamePrefix')) ?? '';
}

export function readToken(input: Input): string | undefined {
  return optional(input, 'ClientToken', {
    ...{ at: 'clientToken', max: CLIENT_TOKEN_MAX, pattern: CLIENT_TOKEN },
  });
}

function nameRule(member: string): TextRule {
  const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  return { at, max: NAME_MAX, pattern: NAME };
}

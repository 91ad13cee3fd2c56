/** The tags of functions: kept and shown. */
import type { Input, Output } from '../service.ts';
import { constraintBroken, functionNotFound, invalidParameter, notServed } from './errors.ts';
import type { LambdaFunction } from './function.ts';
import type { Operation } from './functions.ts';
import { optionalTextMap, optionalTexts, requiredText } from './input.ts';
import { TAGS_MAX } from './limits.ts';

/** The operations of the API on tags; they name a resource by its ARN. */
export function tagOperations(
  find: (arn: string) => LambdaFunction | undefined,
): Readonly<Record<string, Operation>> {
  function resolve(input: Input): LambdaFunction {
    const arn = requiredText(input, 'Resource');
    if (!arn.includes(':function:')) throw notServed(`tags of ${arn}; it keeps those of functions`);
    const fn = find(arn);
    if (fn === undefined) throw functionNotFound(arn);
    return fn;
  }

  function tag(input: Input): Output {
    const fn = resolve(input);
    const added = optionalTextMap(input, 'Tags');
    if (added === undefined) throw constraintBroken(undefined, 'tags', 'Member must not be null');
    const tags = { ...fn.tags, ...added };
    if (Object.keys(tags).length > TAGS_MAX) {
      throw invalidParameter(`A function has at most ${TAGS_MAX} tags.`);
    }
    fn.tags = tags;
    return {};
  }

  function untag(input: Input): Output {
    const fn = resolve(input);
    const removed = optionalTexts(input, 'TagKeys');
    if (removed === undefined) throw constraintBroken(undefined, 'tagKeys', 'Member must not be null');
    fn.tags = Object.fromEntries(Object.entries(fn.tags).filter(([key]) => !removed.includes(key)));
    return {};
  }

  return {
    TagResource: tag,
    UntagResource: untag,
    ListTags: (input) => ({ Tags: resolve(input).tags }),
  };
}

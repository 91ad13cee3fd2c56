/**
 * Parameters from before expressions: AWS still takes them, this emulator says so and refuses them by name.
 */
import type { Fields } from './input.ts';
import { notServed, validation } from './refusals.ts';

/** Refuses legacy parameters; in AWS's own words where they stand beside expressions. */
export function refuseLegacy(input: Fields, legacy: readonly string[], expressions: readonly string[]): void {
  const old = legacy.filter((name) => input[name] !== undefined && input[name] !== null);
  const [first] = old;
  if (first === undefined) return;
  const modern = expressions.filter((name) => input[name] !== undefined && input[name] !== null);
  if (modern.length > 0) {
    const both = 'Can not use both expression and non-expression parameters in the same request';
    const [left, right] = [old.join(', '), modern.join(', ')];
    throw validation(`${both}: Non-expression parameters: {${left}} Expression parameters: {${right}}`);
  }
  throw notServed(`the legacy parameter ${first}`);
}

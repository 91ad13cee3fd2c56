/** A template's parameters: given values or defaults, checked by the template's own constraints. */

import { toText } from './resolve.ts';
import { isRecord } from './shape.ts';

type Problem = (name: string, message: string) => void;

/**
 * The value of every parameter: text, or a list for the list types. CDK's BootstrapVersion is left out: it
 * asks about the account that a real deploy goes to, and there is nothing to bootstrap here.
 */
export function toParameters(
  written: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, string>>,
  problem: Problem,
  stored: (parameter: string) => string | undefined = () => undefined,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, declaration] of Object.entries(written)) {
    if (!isRecord(declaration) || typeof declaration.Type !== 'string') {
      problem(name, 'has no Type');
      continue;
    }
    if (name === 'BootstrapVersion' && declaration.Type.startsWith('AWS::SSM::Parameter::Value<')) continue;
    const value = toValue(name, declaration, declaration.Type, given[name], problem, stored);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function toValue(
  name: string,
  declaration: Readonly<Record<string, unknown>>,
  type: string,
  given: string | undefined,
  problem: Problem,
  stored: (parameter: string) => string | undefined,
): unknown {
  const fromStore = type.startsWith('AWS::SSM::') && given === undefined;
  const fallback = toText(declaration.Default);
  const value = given ?? (fromStore && fallback !== undefined ? stored(fallback) : fallback);
  if (fromStore && value === undefined) {
    problem(
      name,
      `reads '${fallback}' of Parameter Store (${type}), where it is not; give its value as a parameter`,
    );
    return undefined;
  }
  if (value === undefined) {
    problem(name, 'has neither a default nor a given value');
    return undefined;
  }
  const list = type === 'CommaDelimitedList' || /List</.test(type);
  const parts = list ? value.split(',').map((part) => part.trim()) : [value];
  for (const part of parts) {
    const wrong = check(part, declaration, type);
    if (wrong !== undefined) problem(name, `is '${part}': ${wrong}`);
  }
  return list ? parts : value;
}

function check(
  value: string,
  declaration: Readonly<Record<string, unknown>>,
  type: string,
): string | undefined {
  const allowed = declaration.AllowedValues;
  if (Array.isArray(allowed) && !allowed.map(toText).includes(value))
    return `allowed are ${allowed.join(', ')}`;
  const pattern = declaration.AllowedPattern;
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(value))
    return `must match ${pattern}`;
  if (type === 'Number' || type === 'List<Number>') {
    const number = Number(value);
    if (value.trim() === '' || Number.isNaN(number)) return 'must be a number';
    if (number < Number(declaration.MinValue ?? -Infinity)) return `must be at least ${declaration.MinValue}`;
    if (number > Number(declaration.MaxValue ?? Infinity)) return `must be at most ${declaration.MaxValue}`;
  }
  if (value.length < Number(declaration.MinLength ?? 0))
    return `must have at least ${declaration.MinLength} characters`;
  if (value.length > Number(declaration.MaxLength ?? Infinity))
    return `must have at most ${declaration.MaxLength} characters`;
  return undefined;
}

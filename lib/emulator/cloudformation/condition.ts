/** A template's conditions: decided from parameters and mappings before anything is created. */
import { resolve, type Scope, toText } from './resolve.ts';
import { isRecord, LATER } from './shape.ts';

/**
 * Decides every condition. A condition that cannot be decided is reported to the scope and counts as false.
 */
export function toConditions(
  written: Readonly<Record<string, unknown>>,
  scope: Scope,
): ReadonlyMap<string, boolean> {
  const decided = new Map<string, boolean>();
  const open = new Set<string>();
  const named = (name: unknown, path: string): boolean => {
    const known = typeof name === 'string' ? decided.get(name) : undefined;
    if (known !== undefined) return known;
    if (typeof name !== 'string' || !Object.hasOwn(written, name)) {
      scope.problem('INTRINSIC_INVALID', path, `there is no condition '${String(name)}'`);
      return false;
    }
    if (open.has(name)) {
      scope.problem('CYCLE', path, `condition '${name}' depends on itself`);
      return false;
    }
    open.add(name);
    const value = decide(written[name], `Conditions.${name}`, scope, named);
    decided.set(name, value);
    return value;
  };
  for (const name of Object.keys(written)) named(name, `Conditions.${name}`);
  return decided;
}

type Named = (name: unknown, path: string) => boolean;

function decide(value: unknown, path: string, scope: Scope, named: Named): boolean {
  const [name, argument] = isRecord(value) ? (Object.entries(value)[0] ?? []) : [];
  switch (name) {
    case 'Condition':
      return named(argument, path);
    case 'Fn::Equals':
      return equals(argument, path, scope);
    case 'Fn::Not':
      return !decide(operands(argument, 1, 1, name, path, scope)[0], path, scope, named);
    // Every operand is decided, also where one settles the matter, so that all mistakes are found.
    case 'Fn::And':
      return operands(argument, 2, 10, name, path, scope)
        .map((one) => decide(one, path, scope, named))
        .every(Boolean);
    case 'Fn::Or':
      return operands(argument, 2, 10, name, path, scope)
        .map((one) => decide(one, path, scope, named))
        .some(Boolean);
    default: {
      const allowed = 'a condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition';
      if (name !== undefined || value !== undefined)
        scope.problem('INTRINSIC_INVALID', path, `${allowed}, not ${JSON.stringify(value)}`);
      return false;
    }
  }
}

function equals(argument: unknown, path: string, scope: Scope): boolean {
  const [left, right] = operands(argument, 2, 2, 'Fn::Equals', path, scope).map((one) =>
    resolve(one, path, scope),
  );
  if (left === LATER || right === LATER) return false;
  // CloudFormation compares as text: a parameter's '1' equals the number 1.
  return toComparable(left) === toComparable(right);
}

function operands(
  argument: unknown,
  min: number,
  max: number,
  name: string,
  path: string,
  scope: Scope,
): readonly unknown[] {
  if (Array.isArray(argument) && argument.length >= min && argument.length <= max) return argument;
  scope.problem(
    'INTRINSIC_INVALID',
    path,
    `${name} takes ${min === max ? min : `${min} to ${max}`} operands`,
  );
  return [];
}

function toComparable(value: unknown): string {
  return toText(value) ?? JSON.stringify(value);
}

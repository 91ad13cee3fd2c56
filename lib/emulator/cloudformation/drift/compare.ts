/** What differs between a template's properties and what there is, as CloudFormation's drift says it. */
import { isRecord } from '../shape.ts';

export interface PropertyDifference {
  /** As in a JSON pointer: `/RedrivePolicy/maxReceiveCount`. */
  readonly PropertyPath: string;
  readonly ExpectedValue: string;
  readonly ActualValue: string;
  /** `ADD` is there and not in the template, `REMOVE` the other way round. */
  readonly DifferenceType: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
}

/**
 * Compares the properties that the template sets; what it leaves to defaults cannot drift (user guide,
 * "Detect drift"). A property that `actual` does not have at all cannot be read, and is not compared.
 */
export function differencesOf(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): readonly PropertyDifference[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    value === undefined || !Object.hasOwn(actual, name) ? [] : compare(`/${name}`, value, actual[name]),
  );
}

function compare(path: string, expected: unknown, actual: unknown): readonly PropertyDifference[] {
  if (expected === undefined) return actual === undefined ? [] : [difference(path, '', actual, 'ADD')];
  if (actual === undefined) return [difference(path, expected, '', 'REMOVE')];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const [left, right] = [inOrder(expected), inOrder(actual)];
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) =>
      compare(`${path}/${index}`, left[index], right[index]),
    ).flat();
  }
  if (isRecord(expected) && isRecord(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return names.flatMap((name) => compare(`${path}/${name}`, expected[name], actual[name]));
  }
  // Templates may write numbers and truth values as texts.
  return toText(expected) === toText(actual) ? [] : [difference(path, expected, actual, 'NOT_EQUAL')];
}

/** Tags, targets and indexes are sets: they are compared by what names them. */
function inOrder(list: readonly unknown[]): readonly unknown[] {
  const nameOf = (each: unknown) => {
    const { Key, Id, IndexName, AttributeName, Endpoint } = Object(each);
    return String(Key ?? Id ?? IndexName ?? AttributeName ?? Endpoint ?? '');
  };
  return [...list].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
}

function difference(
  PropertyPath: string,
  expected: unknown,
  actual: unknown,
  DifferenceType: PropertyDifference['DifferenceType'],
): PropertyDifference {
  return { PropertyPath, ExpectedValue: toText(expected), ActualValue: toText(actual), DifferenceType };
}

function toText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

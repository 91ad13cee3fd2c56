/**
 * What travels is JSON: the type of a value after the journey, and the check that nothing is lost on the way.
 */

/** What JSON can say. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * The type a value has after JSON: dates are strings, functions and undefined vanish, void comes back as
 * undefined.
 */
export type Jsonify<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends { toJSON(): infer J }
      ? Jsonify<J>
      : T extends bigint | symbol | ((...given: never) => unknown) | Exotic
        ? never
        : T extends readonly unknown[]
          ? { -readonly [K in keyof T]: Jsonify<T[K]> }
          : T extends object
            ? {
                [K in keyof T as K extends symbol ? never : Travels<T[K]> extends true ? K : never]: Jsonify<
                  T[K]
                >;
              }
            : T extends void
              ? undefined
              : never;

/**
 * Built-in objects whose content JSON does not see; `jsonProblem` refuses them. Errors too, but their type is
 * that of any object with a name and a message.
 */
type Exotic =
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | Promise<unknown>
  | RegExp
  | ArrayBuffer
  | ArrayBufferView;

type Travels<T> = [T] extends [symbol | ((...given: never) => unknown)] ? false : true;

/** Something that JSON would not bring back, and where it stands. */
export interface JsonProblem {
  readonly path: string;
  readonly found: string;
}

const DEPTH_MAX = 1_000;

/**
 * Finds the first value that JSON would lose or change: Map, bigint, functions, NaN, undefined in arrays,
 * cycles.
 */
export function jsonProblem(
  value: unknown,
  path = 'input',
  parents: readonly object[] = [],
): JsonProblem | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, found: String(value) };
  if (typeof value !== 'object') return { path, found: typeof value };
  if (parents.includes(value) || parents.length > DEPTH_MAX) return { path, found: 'a cycle' };
  if (value instanceof Date && Number.isNaN(value.getTime())) return { path, found: 'an invalid date' };
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return jsonProblem(value.toJSON(), path, [...parents, value]);
  return Array.isArray(value) ? arrayProblem(value, path, parents) : objectProblem(value, path, parents);
}

function arrayProblem(
  list: readonly unknown[],
  path: string,
  parents: readonly object[],
): JsonProblem | undefined {
  const inside = [...parents, list];
  for (let index = 0; index < list.length; index++) {
    const problem = jsonProblem(list[index], `${path}[${index}]`, inside);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function objectProblem(value: object, path: string, parents: readonly object[]): JsonProblem | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && isExotic(value)) {
    return { path, found: value.constructor.name };
  }
  const inside = [...parents, value];
  for (const [key, member] of Object.entries(value)) {
    // JSON leaves an undefined member out, and it reads back as undefined: nothing is lost.
    const problem = member === undefined ? undefined : jsonProblem(member, `${path}.${key}`, inside);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Built-in objects whose content JSON does not see; instances of a user's class travel as their own members.
 */
function isExotic(value: object): boolean {
  return (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof Promise ||
    value instanceof RegExp ||
    value instanceof Error ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  );
}

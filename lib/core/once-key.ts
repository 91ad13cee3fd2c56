/**
 * Keys for `once`: one text for a task and a value, the same for equal values however their members are
 * ordered, and different for different values. Celery Once joins names and values with '_' and '-', so that
 * 1, '1' and 'a_b-1' collide; here every part carries its type and its length, and the whole is hashed to a
 * fixed length.
 */
import { createHash } from 'node:crypto';
import { DefinitionError } from '../errors.ts';

const DEPTH_MAX = 100;

/**
 * The key under which runs of a task exclude each other. `value` is what the task's `once` function returned.
 * @throws DefinitionError ONCE_KEY_INVALID for what JSON cannot say: functions, symbols, NaN, Map, a cycle.
 */
export function onceKey(task: string, value: unknown): string {
  return `${task}:${createHash('sha256')
    .update(canonical([task, value], 'key', 0))
    .digest('base64url')}`;
}

/**
 * One text per value: type, length where there is one, content; the members of an object are sorted by name.
 */
function canonical(value: unknown, path: string, depth: number): string {
  if (depth > DEPTH_MAX) throw invalid(path, 'nested too deeply');
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      // -0 and 0 are the same number and the same JSON.
      if (Number.isFinite(value)) return `n${value === 0 ? 0 : value};`;
      throw invalid(path, String(value));
    case 'boolean':
      return value ? 't' : 'f';
    case 'bigint':
      return `i${value};`;
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? 'z' : objectText(value, path, depth);
    case 'function':
    case 'symbol':
      throw invalid(path, `a ${typeof value}`);
  }
}

function objectText(value: object, path: string, depth: number): string {
  if (Array.isArray(value)) {
    // An array's holes are passed over by `map`, and [1, , 2] would be [1, 2, ].
    const items = Array.from(value, (item: unknown, index) =>
      canonical(item, `${path}[${index}]`, depth + 1),
    );
    return `a${items.length}[${items.join('')}]`;
  }
  // A date and its JSON are the same key, since the worker sees what JSON brought.
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return canonical(value.toJSON(), path, depth + 1);
  }
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || isOpaque(value))
    throw invalid(path, `a ${value.constructor.name}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${name.length}:${name}=${canonical(member, `${path}.${name}`, depth + 1)}`);
  return `o${members.length}{${members.join('')}}`;
}

/**
 * Whether an object of a class shows nothing of itself: all promises and all regular expressions would have
 * the key of {}.
 */
function isOpaque(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || prototype === Object.prototype;
  return !plain && typeof value.constructor === 'function' && Object.keys(value).length === 0;
}

function invalid(path: string, found: string): DefinitionError {
  return new DefinitionError(
    'ONCE_KEY_INVALID',
    `${path} is ${found}; a once key is made of what JSON can say`,
    {
      value: found,
      allowed: 'strings, numbers, booleans, null, bigints, lists and objects of them',
    },
  );
}

/**
 * What an HTTP API takes and gives, said once: a schema has the JSON Schema that the OpenAPI file shows, and
 * reads a value that came from outside. Answers are typed by the same schemas, so a row that gets a member of
 * another type does not compile.
 */

import type { Json } from '../../core/json.ts';
import { CeleriacError } from '../../errors.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Schema<T> {
  readonly json: JsonSchema;
  /** @throws CeleriacError INVALID_REQUEST, with the path of what does not fit. */
  read(value: unknown, path: string): T;
}

type Typed<S> = S extends Schema<infer T> ? T : never;
type Members = Readonly<Record<string, Schema<unknown>>>;

/** An object's type by its members' schemas. */
export type ObjectOf<R extends Members, O extends Members> = {
  readonly [K in keyof R]: Typed<R[K]>;
} & { readonly [K in keyof O]?: Typed<O[K]> };

export const text: Schema<string> = {
  json: { type: 'string' },
  read: (value, path) => (typeof value === 'string' ? value : refuse(path, value, 'a string')),
};

export const flag: Schema<boolean> = {
  json: { type: 'boolean' },
  read: (value, path) => (typeof value === 'boolean' ? value : refuse(path, value, 'true or false')),
};

export const amount: Schema<number> = {
  json: { type: 'number' },
  read: (value, path) =>
    typeof value === 'number' && Number.isFinite(value) ? value : refuse(path, value, 'a number'),
};

/** Any JSON value. */
export const json: Schema<Json> = {
  json: {},
  // What JSON.parse has made is Json, and nothing else is read here.
  read: (value) => value as Json,
};

/**
 * A task's input as JSON text. An object, a list or a number that is given in its place is taken as the value
 * itself; a string always is the text, so the value 'tea' is written as '"tea"'.
 */
export const jsonText: Schema<string> = {
  json: {
    description: 'JSON text; anything but a string is taken as the value itself',
    examples: ['{"sku":"tea"}'],
  },
  read(value, path) {
    if (typeof value !== 'string') return JSON.stringify(value ?? null);
    try {
      JSON.parse(value);
      return value;
    } catch (error) {
      // What is secret in a text that cannot be read nobody can say; the parser's own error quotes it.
      const [, at] = / at position (\d+)/.exec(String(error)) ?? [];
      const from = at === undefined ? '' : ` from character ${Number(at) + 1} on`;
      const text = `${path} has ${value.length} characters that are no JSON${from}`;
      throw new CeleriacError('INVALID_REQUEST', `${text}, it has to be JSON text`, { allowed: 'JSON text' });
    }
  },
};

/** A whole number within limits. */
export function whole(min: number, max: number): Schema<number> {
  return {
    json: { type: 'integer', minimum: min, maximum: max },
    read: (value, path) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? value
        : refuse(path, value, `a whole number from ${min} to ${max}`),
  };
}

export function choice<const V extends string>(...values: readonly V[]): Schema<V> {
  return {
    json: { type: 'string', enum: values },
    read: (value, path) =>
      values.find((one) => one === value) ?? refuse(path, value, `one of ${values.join(', ')}`),
  };
}

export function list<T>(item: Schema<T>): Schema<readonly T[]> {
  return {
    json: { type: 'array', items: item.json },
    read: (value, path) =>
      Array.isArray(value)
        ? value.map((one, index) => item.read(one, `${path}[${index}]`))
        : refuse(path, value, 'a list'),
  };
}

/** An object whose members all are of one kind. */
export function record<T>(item: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return {
    json: { type: 'object', additionalProperties: item.json },
    read: (value, path) =>
      Object.fromEntries(
        Object.entries(toObject(value, path)).map(([name, one]) => [name, item.read(one, `${path}.${name}`)]),
      ),
  };
}

export function nullable<T>(item: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [item.json, { type: 'null' }] },
    read: (value, path) => (value === null ? null : item.read(value, path)),
  };
}

/** An object with these members and no others. */
export function object<R extends Members, O extends Members = Readonly<Record<never, never>>>(
  required: R,
  optional?: O,
): Schema<ObjectOf<R, O>> {
  const members: Members = { ...required, ...optional };
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(members).map(([name, one]) => [name, one.json])),
      ...(Object.keys(required).length > 0 ? { required: Object.keys(required) } : {}),
      additionalProperties: false,
    },
    read(value, path) {
      const given = toObject(value, path);
      for (const name of Object.keys(given)) {
        if (!Object.hasOwn(members, name)) {
          refuse(`${path}.${name}`, name, `one of ${Object.keys(members).join(', ') || 'no members'}`);
        }
      }
      const entries = Object.entries(members).flatMap(([name, one]) => {
        const there = Object.hasOwn(given, name) && given[name] !== undefined;
        if (!there && Object.hasOwn(required, name)) refuse(`${path}.${name}`, undefined, 'to be given');
        return there ? [[name, one.read(given[name], `${path}.${name}`)] as const] : [];
      });
      // The loop above has read each member by its own schema.
      return Object.fromEntries(entries) as ObjectOf<R, O>;
    },
  };
}

/** A schema with a name of its own in the OpenAPI file; it is asked for later, so that it may hold itself. */
export function named<T>(name: string, schema: () => Schema<T>): Schema<T> {
  NAMED.set(name, schema);
  return {
    json: { $ref: `#/components/schemas/${name}` },
    read: (value, path) => schema().read(value, path),
  };
}

const NAMED = new Map<string, () => Schema<unknown>>();

/** All that `named` was called with, for the OpenAPI file. */
export function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([...NAMED].map(([name, schema]) => [name, schema().json]));
}

function toObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // An object that is no list has members by name.
      (value as Readonly<Record<string, unknown>>)
    : refuse(path, value, 'an object');
}

function refuse(path: string, value: unknown, allowed: string): never {
  const given = value === undefined ? 'missing' : JSON.stringify(value);
  throw new CeleriacError('INVALID_REQUEST', `${path} is ${given.slice(0, 200)}, it has to be ${allowed}`, {
    value,
    allowed,
  });
}

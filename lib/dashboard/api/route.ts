/** A route of the HTTP API as data: the server runs it and the OpenAPI file describes it. */
import type { Desk } from '../desk.ts';
import { text as anyText, object, type Schema } from './schema.ts';

/** A parameter of the address after '?'. */
export interface Parameter<T> {
  readonly schema: Schema<T>;
  readonly description: string;
  /** From the text in the address; the schema reads what comes out. */
  from(text: string): unknown;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;

type ParametersOf<Q extends Parameters> = {
  readonly [K in keyof Q]?: Q[K] extends Parameter<infer T> ? T : never;
};

/** The names in a path: '/api/runs/:id' has 'id'. */
type NamesOf<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesOf<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly query: Parameters;
  readonly body?: Schema<unknown>;
  /** Undefined: answered with 204 and nothing. */
  readonly answer?: Schema<unknown>;
  run(desk: Desk, given: Given): Promise<unknown>;
}

/** What came with a request, not yet read. */
export interface Given {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const NOTHING: Schema<object> = object({});

interface GetOptions<P extends string, Q extends Parameters, A> {
  readonly query?: Q;
  readonly answer: Schema<A>;
  run(
    desk: Desk,
    given: { readonly path: Readonly<Record<NamesOf<P>, string>>; readonly query: ParametersOf<Q> },
  ): Promise<A>;
}

/** A question. */
export function get<P extends string, A, Q extends Parameters = Readonly<Record<never, never>>>(
  path: P,
  summary: string,
  options: GetOptions<P, Q, A>,
): Route {
  const { query, answer } = options;
  return {
    method: 'get',
    path,
    summary,
    query: query ?? {},
    answer,
    run: (desk, given) => options.run(desk, { path: names(given.path), query: parameters(query, given) }),
  };
}

interface PostOptions<P extends string, B, A> {
  readonly body?: Schema<B>;
  readonly answer?: Schema<A>;
  run(
    desk: Desk,
    given: { readonly path: Readonly<Record<NamesOf<P>, string>>; readonly body: B },
  ): Promise<A>;
}

/** An action. */
export function post<P extends string, B = object, A = void>(
  path: P,
  summary: string,
  options: PostOptions<P, B, A>,
): Route {
  // Where no body is declared B is its default, an object of which nothing is asked.
  const body = options.body ?? (NOTHING as Schema<B>);
  return {
    method: 'post',
    path,
    summary,
    query: {},
    body,
    ...(options.answer === undefined ? {} : { answer: options.answer }),
    run: (desk, given) =>
      options.run(desk, { path: names(given.path), body: body.read(given.body ?? {}, 'body') }),
  };
}

/** The server has matched the path, so each of its names is there. */
function names<N extends string>(path: Readonly<Record<string, string>>): Readonly<Record<N, string>> {
  return path as Readonly<Record<N, string>>; // The names are those of the path that was matched.
}

function parameters<Q extends Parameters>(query: Q | undefined, given: Given): ParametersOf<Q> {
  const entries = Object.entries(query ?? {}).flatMap(([name, { schema, from }]) => {
    const value = given.query[name];
    return value === undefined || value === '' ? [] : [[name, schema.read(from(value), name)] as const];
  });
  // Each member has been read by the schema of its own parameter.
  return Object.fromEntries(entries) as ParametersOf<Q>;
}

export function textParameter(description: string): Parameter<string> {
  return { schema: anyText, description, from: (value) => value };
}

export function parameter<T>(
  schema: Schema<T>,
  description: string,
  from: (value: string) => unknown = (value) => value,
): Parameter<T> {
  return { schema, description, from };
}

export function numberParameter(schema: Schema<number>, description: string): Parameter<number> {
  return { schema, description, from: Number };
}

/** Milliseconds since 1970, or a time as ISO 8601 writes it. */
export function timeParameter(schema: Schema<number>, description: string): Parameter<number> {
  const written = { type: 'string', format: 'date-time' };
  return {
    schema: { json: { anyOf: [schema.json, written] }, read: schema.read },
    description: `${description}; milliseconds since 1970, or ISO 8601`,
    from: (value) => (/^-?\d+$/.test(value) ? Number(value) : Date.parse(value)),
  };
}

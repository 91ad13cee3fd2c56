/** Bindings: which messages of an exchange reach a task, a queue or another exchange. */

import type { MatchMode } from '../core/routing/headers.ts';
import { type Headers, readHeaderTest } from '../core/routing/headers.ts';
import type { Matched } from '../core/routing/pattern.types.ts';
import { checkTopicPattern, ROUTING_KEY_BYTES_MAX } from '../core/routing/topic.ts';
import { CeleriacError, type ErrorCode, type Problem } from '../errors.ts';
import type { AnyExchange, Exchange } from './exchange.ts';
import { caught } from './problem.ts';
import type { Queue } from './queue.ts';
import type { AnyTask, TaskFor } from './task.ts';

/** Where a binding leads: to a task that takes the message, to a queue, or on to another exchange. */
export type Destination<Message> = TaskFor<Message> | Queue | AnyExchange;

/** What a binding to a headers exchange asks of a message's headers. */
export interface HeaderBinding {
  /**
   * Whether all of `args` must be met or any one of them; the modes with x also look at names that begin with
   * 'x-'. @default 'all'
   */
  readonly match?: MatchMode;
  /** Names and values; null asks only that the header is there. */
  readonly args: Headers;
}

/** A binding, checked. */
export interface Binding {
  readonly kind: 'binding';
  readonly exchange: AnyExchange;
  readonly destination: AnyTask | Queue | AnyExchange;
  /** The routing key (direct) or pattern (topic). */
  readonly pattern: string | undefined;
  /** The arguments (headers), with x-match. */
  readonly args: Headers | undefined;
  readonly problems: readonly Problem[];
}

/** What a mistaken binding is told by the compiler. */
interface Mistake<Says extends string> {
  readonly 'this binding': Says;
}

/** A pattern, unless no message of the exchange could ever match it. */
type Possible<Messages, Pattern extends string> = [Matched<Messages, Pattern>] extends [never]
  ? Mistake<`no message of this exchange matches '${Pattern}'`>
  : Pattern;

/**
 * Binds an exchange to a task, a queue or another exchange. fanout: `bind(exchange, to)`; topic and direct:
 * `bind(exchange, pattern, to)`, where '*' is one word and '#' any number of words (topic only); headers:
 * `bind(exchange, { match, args }, to)`. A task gets the message as its input; a queue's consumer gets the
 * whole delivery. What is wrong with it is reported by `defineApp`.
 */
export function bind<Messages>(
  exchange: Exchange<Messages, 'fanout'>,
  to: Destination<Messages[keyof Messages]>,
): Binding;
export function bind<Messages>(
  exchange: Exchange<Messages, 'headers'>,
  headers: HeaderBinding,
  to: Destination<Messages[keyof Messages]>,
): Binding;
export function bind<Messages, const Key extends keyof Messages & string>(
  exchange: Exchange<Messages, 'direct'>,
  key: Key,
  to: Destination<Messages[Key]>,
): Binding;
export function bind<Messages, const Pattern extends string>(
  exchange: Exchange<Messages, 'topic'>,
  pattern: Possible<Messages, Pattern>,
  to: Destination<Matched<Messages, Pattern>>,
): Binding;
export function bind(exchange: AnyExchange, ...rest: readonly unknown[]): Binding {
  const destination = rest.at(-1);
  const asked = rest.length > 1 ? rest[0] : undefined;
  const pattern = typeof asked === 'string' ? asked : undefined;
  const header = isHeaderBinding(asked) ? asked : undefined;
  const args = header === undefined ? undefined : { ...header.args, 'x-match': header.match ?? 'all' };
  const binding = {
    kind: 'binding' as const,
    exchange,
    // The overloads above admit nothing else; a caller without types is told by the problems below.
    destination: destination as Binding['destination'],
    pattern,
    args,
  };
  return Object.freeze({ ...binding, problems: Object.freeze(problemsOf(binding, asked)) });
}

/** `orders → charge`, for messages about a binding. */
export function bindingPath({ exchange, destination }: Pick<Binding, 'exchange' | 'destination'>): string {
  return `bindings.${exchange?.name ?? '?'}.${destination?.name ?? '?'}`;
}

function isHeaderBinding(value: unknown): value is HeaderBinding {
  return typeof value === 'object' && value !== null && 'args' in value;
}

function problemsOf(binding: Omit<Binding, 'problems'>, asked: unknown): Problem[] {
  const { exchange, destination, pattern, args } = binding;
  const path = bindingPath(binding);
  if (exchange?.kind !== 'exchange') {
    return [
      problem(
        'INVALID_BINDING',
        path,
        'the first argument of bind is no exchange; give a defineExchange value',
      ),
    ];
  }
  if (!['task', 'queue', 'exchange'].includes(destination?.kind)) {
    const message = `a binding of exchange '${exchange.name}' leads to no task, queue or exchange`;
    return [problem('INVALID_BINDING', path, message)];
  }
  switch (exchange.type) {
    case 'fanout':
      return asked === undefined
        ? []
        : [problem('INVALID_BINDING', path, wants(exchange, 'no pattern: bind(exchange, to)'))];
    case 'headers':
      if (args === undefined)
        return [problem('INVALID_BINDING', path, wants(exchange, 'bind(exchange, { match, args }, to)'))];
      return caught(path, () => void readHeaderTest(args));
    case 'direct':
    case 'topic':
      if (pattern === undefined)
        return [problem('INVALID_BINDING', path, wants(exchange, 'a text: bind(exchange, pattern, to)'))];
      return caught(path, () => (exchange.type === 'topic' ? checkTopicPattern(pattern) : checkKey(pattern)));
  }
}

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= ROUTING_KEY_BYTES_MAX) return;
  const message = `the binding key '${key}' has ${bytes} bytes, AMQP allows ${ROUTING_KEY_BYTES_MAX}`;
  throw new CeleriacError('ROUTING_KEY_TOO_LONG', message, { value: key, allowed: ROUTING_KEY_BYTES_MAX });
}

function wants(exchange: AnyExchange, form: string): string {
  return `exchange '${exchange.name}' is of type ${exchange.type}, so a binding gives ${form}`;
}

function problem(code: ErrorCode, path: string, message: string): Problem {
  return { code, path, message };
}

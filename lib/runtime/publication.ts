/**
 * From what a publisher says to the message that travels: checked against schemas, JSON and AMQP's limits.
 */
import { isDuration, toMilliseconds } from '../core/duration.ts';
import { type IdSpace, newId } from '../core/id.ts';
import { type Json, jsonProblem } from '../core/json.ts';
import { GROUP_LENGTH_MAX, HOPS_MAX, PRIORITY_MAX } from '../core/limits.ts';
import type { MessageProperties, Via } from '../core/message.ts';
import { toJsonHeaders } from '../core/routing/header-codec.ts';
import { DEFAULT_EXCHANGE, deliveredHeaders, routingKeys } from '../core/routing/route.ts';
import { checkRoutingKey } from '../core/routing/topic.ts';
import type { App } from '../define/app.ts';
import type { PublishOptions } from '../define/client.ts';
import type { AnyExchange } from '../define/exchange.ts';
import { schemasAt } from '../define/publish-problems.ts';
import type { Queue } from '../define/queue.ts';
import { type ErrorCode, SendError } from '../errors.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { issuesText } from './issues.ts';
import { refusal } from './secrets.ts';
import type { Published } from './way.ts';

export interface PublicationContext {
  readonly app: App;
  readonly space: IdSpace;
  readonly now: number;
  readonly chance: () => number;
  /** How many tasks have sent each other on before this publish. */
  readonly hops: number;
}

/** What is published, where to, and how. */
export interface Asked {
  readonly to: AnyExchange | Queue;
  /** The routing key; the name of the queue where a queue is asked. */
  readonly key: string;
  readonly body: unknown;
  readonly options: PublishOptions;
}

/**
 * The message.
 * @throws SendError UNKNOWN_EXCHANGE, UNKNOWN_QUEUE, UNKNOWN_ROUTING_KEY, INVALID_MESSAGE, MESSAGE_NOT_JSON,
 * INVALID_MESSAGE_ID, INVALID_PRIORITY, INVALID_TIME, INVALID_DURATION, INVALID_GROUP,
 * GROUP_ON_STANDARD_QUEUE, TOO_MANY_HOPS; CeleriacError ROUTING_KEY_TOO_LONG, CC_NOT_A_LIST.
 */
export async function toPublished(context: PublicationContext, asked: Asked): Promise<Published> {
  const { hops, now } = context;
  const { to, body, options } = asked;
  const title = `${to.kind} '${to.name}'`;
  checkKnown(context.app, to, title);
  if (hops > HOPS_MAX) throw tooManyHops(title, hops);
  const keys = { key: asked.key, headers: options.headers ?? {} };
  for (const key of routingKeys(keys)) checkRoutingKey(key);
  checkOptions(title, options);
  if (to.kind === 'exchange') await validate(context.app, to, asked.key, body);
  // As for tasks, no body at all is one.
  const problem = body === undefined ? undefined : jsonProblem(body, 'message');
  if (problem !== undefined) {
    const text = `${title}: ${problem.path} is ${problem.found}, which JSON does not keep; send plain data`;
    throw new SendError('MESSAGE_NOT_JSON', text, { value: problem.path });
  }
  return {
    id: options.messageId ?? newId(context.space, now, context.chance),
    task: '',
    // Nothing but JSON is in it, as has just been shown.
    ...(body === undefined ? {} : { input: body as Json }),
    via: toVia(asked),
    ...(options.replyTo === undefined ? {} : { replyTo: options.replyTo }),
    ...(options.correlationId === undefined ? {} : { correlationId: options.correlationId }),
    generation: 0,
    attempt: 0,
    deferrals: 0,
    crashes: 0,
    hops,
    sentAt: now,
    ...(options.expires === undefined ? {} : { expiresAt: now + toMilliseconds(options.expires) }),
    // Who names a message may publish it again, so every copy has to ask whether it has run.
    claim: options.messageId !== undefined,
    ...groupOf(title, to, asked),
    headers: {},
    history: [],
  };
}

function toVia({ to, key, options }: Asked): Via {
  const headers = toJsonHeaders(deliveredHeaders(options.headers));
  const bcc = options.headers?.BCC;
  const properties = toProperties(options);
  return {
    exchange: to.kind === 'exchange' ? to.name : DEFAULT_EXCHANGE,
    key,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    // `routingKeys` has seen that it is a list, and takes the texts of it alone.
    ...(Array.isArray(bcc) ? { bcc: bcc.filter((one) => typeof one === 'string') } : {}),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
}

function toProperties(options: PublishOptions): MessageProperties {
  const { contentType, contentEncoding, priority, timestamp, type, userId, appId } = options;
  const all = {
    contentType,
    contentEncoding,
    priority,
    timestamp: timestamp?.getTime(),
    type,
    userId,
    appId,
  };
  // What is undefined has just been left out.
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as MessageProperties;
}

function checkKnown(app: App, to: AnyExchange | Queue, title: string): void {
  const known: readonly { readonly name: string }[] = to.kind === 'exchange' ? app.exchanges : app.queues;
  if (known.some((one) => one.name === to.name)) return;
  const [code, place] =
    to.kind === 'exchange'
      ? (['UNKNOWN_EXCHANGE', 'exchanges'] as const)
      : (['UNKNOWN_QUEUE', 'queues'] as const);
  const names = known.map(({ name }) => name).join(', ');
  const text = `app '${app.name}' has no ${title}; add it to \`${place}\` of defineApp (known: ${names})`;
  throw new SendError(code, text, { value: to.name, allowed: names });
}

/** AMQP has 255 bytes for an id; SQS has less for the one that makes a repetition a duplicate. */
const MESSAGE_ID = /^[\x21-\x7e]+$/;

function checkOptions(title: string, options: PublishOptions): void {
  const { messageId, priority, timestamp, expires } = options;
  const wrong = (code: ErrorCode, text: string, value: unknown): never => {
    throw new SendError(code, `${title}: ${text}`, { value });
  };
  if (messageId !== undefined && !(MESSAGE_ID.test(messageId) && messageId.length <= GROUP_LENGTH_MAX))
    wrong(
      'INVALID_MESSAGE_ID',
      `messageId is '${messageId}'; give 1 to ${GROUP_LENGTH_MAX} letters, digits and punctuation`,
      messageId,
    );
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= PRIORITY_MAX))
    wrong(
      'INVALID_PRIORITY',
      `priority is ${priority}; give a whole number from 0 to ${PRIORITY_MAX}`,
      priority,
    );
  if (timestamp !== undefined && Number.isNaN(timestamp.getTime()))
    wrong('INVALID_TIME', 'timestamp is an invalid date; give a Date that has a time', timestamp);
  if (expires !== undefined && !isDuration(expires))
    wrong('INVALID_DURATION', `expires is '${expires}'; write a duration such as '30s' or '1h'`, expires);
}

/** The message must fit every schema under whose pattern it is published. What was given travels. */
async function validate({ tasks }: App, exchange: AnyExchange, key: string, body: unknown): Promise<void> {
  for (const schema of schemasOf(exchange, key)) {
    const result = await schema['~standard'].validate(body);
    if (result.issues === undefined) continue;
    const text =
      `exchange '${exchange.name}' does not take this message under the routing key '${key}': ` +
      issuesText(result.issues);
    throw refusal(tasks, body, new SendError('INVALID_MESSAGE', text, { value: body }));
  }
}

function schemasOf(exchange: AnyExchange, key: string) {
  const found = schemasAt(exchange, key);
  if (found !== undefined) return found;
  const { name, messages = {} } = exchange;
  const patterns = Object.keys(messages).join(', ');
  const text = `exchange '${name}' has no messages under the routing key '${key}'; it has ${patterns}`;
  throw new SendError('UNKNOWN_ROUTING_KEY', text, { value: key, allowed: patterns });
}

/** Every message of an ordered exchange or queue has a group: its own, the definition's, or one for all. */
function groupOf(
  title: string,
  to: AnyExchange | Queue,
  { body, options }: Asked,
): { readonly group?: string } {
  if (to.ordered) {
    // The function takes the messages of its exchange or queue, which only the user's own types know.
    return { group: checkedGroup(title, options.group ?? to.groupBy?.(body as never) ?? ONE_GROUP) };
  }
  if (options.group === undefined) return {};
  const text =
    `${title}: group is '${options.group}', but the ${to.kind} is not ordered and keeps no groups; ` +
    'drop group, or define it with ordered: true';
  throw new SendError('GROUP_ON_STANDARD_QUEUE', text, { value: options.group });
}

function tooManyHops(title: string, hops: number): SendError {
  const text =
    `${title}: ${hops} tasks have sent each other on, at most ${HOPS_MAX} may; ` +
    'tasks seem to publish to each other in a circle';
  return new SendError('TOO_MANY_HOPS', text, { value: hops, allowed: HOPS_MAX });
}

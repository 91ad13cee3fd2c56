/** The operations on queues themselves: create, delete, find, list, attributes, tags, purge. */
import { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';
import {
  applyAttributes,
  QUEUE_ATTRIBUTE_NAMES,
  sameValue,
  showAttributes,
  toSettings,
} from './attributes.ts';
import { text, textMap, texts } from './fields.ts';
import { FIFO_QUEUE_NAME, QUEUE_NAME, SECOND_MS, STRICT_PAUSE_MS } from './limits.ts';
import { toPage } from './page.ts';
import { createEmptyQueue, type Queue, toArn, toUrl } from './queue.ts';
import type { RedriveContext } from './redrive-policy.ts';
import { invalid, missing, queueDoesNotExist, unknownAttribute } from './refusal.ts';
import { type Call, queueOf, type State } from './state.ts';
import { checkTags } from './tags.ts';

/** CreateQueue: also answers for a queue that is there already with the same attributes. */
export function createQueue(call: Call): Output {
  const { caller, input, now, state } = call;
  const wanted = textMap(input, 'Attributes') ?? {};
  const name = checkName(input.QueueName === '' ? '' : text(input, 'QueueName'), wanted);
  const identity = { name, account: caller.account, region: caller.region, endpoint: caller.endpoint };
  const url = toUrl(caller.endpoint, identity);
  const context = redriveContext(state, toArn(identity), name.endsWith('.fifo'));
  const existing = state.queues.get(context.arn);
  if (existing !== undefined) {
    checkSame(existing, wanted, context);
    return { QueueUrl: url };
  }
  checkDeletedLongAgo(call, context.arn);
  const tags = checkTags(name, textMap(input, 'tags') ?? {}, new Map());
  const attributes = applyAttributes(undefined, wanted, context);
  const queue = createEmptyQueue(identity, attributes, toSettings(attributes), now);
  for (const [key, value] of tags) queue.tags.set(key, value);
  state.queues.set(queue.arn, queue);
  state.touched.add(queue);
  state.keeper?.adopt(queue);
  return { QueueUrl: url };
}

function checkName(name: string | undefined, wanted: Readonly<Record<string, string>>): string {
  if (name === undefined) {
    throw invalid('Value for parameter QueueName is invalid. Reason: Must specify a queue name.');
  }
  if (name === '') throw invalid('Queue name cannot be empty');
  if (wanted.FifoQueue?.toLowerCase() === 'true') {
    if (FIFO_QUEUE_NAME.test(name)) return name;
    throw invalid(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, ' +
        'must end with .fifo suffix and be 1 to 80 in length',
    );
  }
  if (wanted.FifoQueue !== undefined) throw unknownAttribute('FifoQueue');
  if (QUEUE_NAME.test(name)) return name;
  throw invalid('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}

function checkSame(existing: Queue, wanted: Readonly<Record<string, string>>, context: RedriveContext): void {
  const after = applyAttributes(existing.attributes, wanted, context);
  const differing = Object.keys(wanted).find(
    (name) => !sameValue(name, after[name], existing.attributes[name]),
  );
  if (differing === undefined) return;
  const what = `a different value for attribute ${differing}`;
  throw new ServiceError('QueueNameExists', `A queue already exists with the same name and ${what}`);
}

function checkDeletedLongAgo({ state, now }: Call, arn: string): void {
  const deletedAt = state.deletedAt.get(arn);
  if (state.strict && deletedAt !== undefined && now - deletedAt < STRICT_PAUSE_MS) {
    const rule =
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.';
    throw new ServiceError('QueueDeletedRecently', rule);
  }
  state.deletedAt.delete(arn);
}

export function deleteQueue(call: Call): Output {
  const queue = queueOf(call);
  call.state.queues.delete(queue.arn);
  call.state.deletedAt.set(queue.arn, call.now);
  return {};
}

export function getQueueUrl({ state, input, caller }: Call): Output {
  const name = text(input, 'QueueName');
  if (name === undefined || name === '') {
    throw invalid('Value for parameter QueueName is invalid. Reason: Must specify a queue name.');
  }
  const account = text(input, 'QueueOwnerAWSAccountId') ?? caller.account;
  const queue = state.queues.get(toArn({ name, account, region: caller.region }));
  if (queue === undefined) throw queueDoesNotExist();
  return { QueueUrl: toUrl(caller.endpoint, queue) };
}

export function listQueues({ state, input, caller }: Call): Output {
  const prefix = text(input, 'QueueNamePrefix') ?? '';
  const names: string[] = [];
  for (const queue of state.queues.values()) {
    const mine = queue.account === caller.account && queue.region === caller.region;
    if (mine && queue.name.startsWith(prefix)) names.push(queue.name);
  }
  const page = toPage(names.sort(), input);
  const urls = page.items.map((name) => toUrl(caller.endpoint, { name, account: caller.account }));
  return { ...(urls.length > 0 && { QueueUrls: urls }), ...page.token };
}

export function listDeadLetterSourceQueues(call: Call): Output {
  const target = queueOf(call);
  const sources = sourcesOf(call.state, target.arn).map((queue) => toUrl(call.caller.endpoint, queue));
  const page = toPage(sources.sort(), call.input);
  return { queueUrls: page.items, ...page.token };
}

/** The queues that have the given one as their dead-letter queue. */
export function sourcesOf(state: State, targetArn: string): readonly Queue[] {
  return [...state.queues.values()].filter((queue) => queue.settings.redrive?.targetArn === targetArn);
}

export function getQueueAttributes(call: Call): Output {
  const queue = queueOf(call);
  const names = texts(call.input, 'AttributeNames');
  for (const name of names) if (!QUEUE_ATTRIBUTE_NAMES.has(name)) throw unknownAttribute(name);
  if (names.length === 0) return {};
  const all = showAttributes(queue);
  const shown = names.includes('All')
    ? all
    : Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  return Object.keys(shown).length > 0 ? { Attributes: shown } : {};
}

export function setQueueAttributes(call: Call): Output {
  const queue = queueOf(call);
  const wanted = textMap(call.input, 'Attributes') ?? {};
  if (Object.keys(wanted).length === 0) throw missing('Attribute.Name');
  const context = redriveContext(call.state, queue.arn, queue.fifo);
  queue.attributes = applyAttributes(queue.attributes, wanted, context);
  const before = queue.settings;
  queue.settings = toSettings(queue.attributes);
  queue.modifiedAt = call.now;
  // A changed delay reaches back to waiting messages on FIFO queues only (SetQueueAttributes, DelaySeconds).
  if (queue.fifo && before.delayMs !== queue.settings.delayMs) {
    queue.store.redelay(queue.settings.delayMs, call.now);
  }
  return {};
}

export function purgeQueue(call: Call): Output {
  const queue = queueOf(call);
  const { now, state } = call;
  if (state.strict && queue.purgedAt !== undefined && now - queue.purgedAt < STRICT_PAUSE_MS) {
    const pause = `every ${STRICT_PAUSE_MS / SECOND_MS} seconds.`;
    const rule = `Only one PurgeQueue operation on ${queue.name} is allowed ${pause}`;
    throw new ServiceError('PurgeQueueInProgress', rule, { status: 403 });
  }
  const count = queue.store.size;
  queue.purgedAt = now;
  queue.store.clear();
  const { account, name, region } = queue;
  state.trace?.({ at: now, service: 'sqs', operation: 'purge', account, region, queue: name, count });
  return {};
}

export function tagQueue(call: Call): Output {
  const queue = queueOf(call);
  const tags = textMap(call.input, 'Tags') ?? {};
  if (Object.keys(tags).length === 0) throw missing('Tags');
  for (const [key, value] of checkTags(queue.name, tags, queue.tags)) queue.tags.set(key, value);
  return {};
}

export function untagQueue(call: Call): Output {
  const queue = queueOf(call);
  const keys = texts(call.input, 'TagKeys');
  if (keys.length === 0) throw missing('TagKeys');
  for (const key of keys) queue.tags.delete(key);
  return {};
}

export function listQueueTags(call: Call): Output {
  const queue = queueOf(call);
  return queue.tags.size > 0 ? { Tags: Object.fromEntries(queue.tags) } : {};
}

function redriveContext(state: State, arn: string, fifo: boolean): RedriveContext {
  return { arn, fifo, find: (other) => state.queues.get(other) };
}

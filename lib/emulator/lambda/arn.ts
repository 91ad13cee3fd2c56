/** Names of functions and queues: the forms in which callers may write them, and the ARNs they stand for. */
import type { Caller } from '../service.ts';
import { constraintBroken, invalidParameter } from './errors.ts';

/** A name; before it, if at all, an account, and before that a region; after it a qualifier. */
const PREFIX = /(?:(?:arn:aws[a-z-]*:lambda:)?(?:([a-z0-9-]+):)?(\d{12}):function:)?/;
const FUNCTION = new RegExp(`^${PREFIX.source}([A-Za-z0-9_-]{1,64})(?::(\\$LATEST|[A-Za-z0-9_-]+))?$`);

/** An SQS queue, as its ARN names it. */
export interface QueueName {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  readonly fifo: boolean;
}

/** The ARN of an unqualified function. */
export function functionArn(account: string, region: string, name: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/** The ARN that a name, a partial or a whole ARN stands for; with a qualifier, unless it is $LATEST. */
export function resolveFunction(written: string, caller: Caller, qualifier?: string): string {
  const match = FUNCTION.exec(written);
  if (match === null) {
    throw constraintBroken(
      written,
      'functionName',
      `Member must satisfy regular expression pattern: ${FUNCTION.source}`,
    );
  }
  const [, region = caller.region, account = caller.account, name = '', own] = match;
  const arn = functionArn(account, region, name);
  if (qualifier !== undefined && own !== undefined && qualifier !== own) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const version = own ?? qualifier;
  return version === undefined || version === '$LATEST' ? arn : `${arn}:${version}`;
}

/** Reads the ARN of an SQS queue; undefined when it is another resource's. */
export function parseQueueArn(arn: string): QueueName | undefined {
  const match = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/.exec(arn);
  if (match === null) return undefined;
  const [, region = '', account = '', name = ''] = match;
  return { arn, region, account, name, fifo: name.endsWith('.fifo') };
}

const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;
const BUS = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[/.\-_A-Za-z0-9]+$/;

/** What can take what Lambda is done with. */
export interface Outlet {
  readonly kind: 'queue' | 'topic' | 'bus';
  readonly fifo: boolean;
}

/** Reads the ARN of a queue, a topic or a bus; undefined when it is another resource's. */
export function outletOf(arn: string): Outlet | undefined {
  const queue = parseQueueArn(arn);
  if (queue !== undefined) return { kind: 'queue', fifo: queue.fifo };
  if (TOPIC.test(arn)) return { kind: 'topic', fifo: arn.endsWith('.fifo') };
  return BUS.test(arn) ? { kind: 'bus', fifo: false } : undefined;
}

/** Where the thing that an ARN names is. */
export function placeOf(arn: string): { readonly account: string; readonly region: string } {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region };
}

/** The name of the function that an ARN names, with a qualifier or without. */
export function functionNameOf(arn: string): string {
  return arn.split(':')[6] ?? '';
}

/** The ARN of the function itself, whose version or alias an ARN may name. */
export function baseArn(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}

/** An ARN with its qualifier written out. */
export function qualifiedArn(arn: string): string {
  return arn === baseArn(arn) ? `${arn}:$LATEST` : arn;
}

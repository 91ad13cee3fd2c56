/**
 * A publish that waits for its time (RabbitMQ's delayed message exchange): it is routed when that has come.
 */
import { isDuration, toMilliseconds } from '../core/duration.ts';
import { encodeMessage } from '../core/message.ts';
import { NackError, SendError } from '../errors.ts';
import type { Connection } from './client.ts';
import { checkWait, DEPLOY_LATER, fitsInside, putOffPublish } from './delayed.ts';
import type { Hand } from './dispatch.ts';
import type { Asked } from './publication.ts';
import type { Published } from './way.ts';

/**
 * How long a publish waits, in milliseconds; 0: it goes now.
 * @throws SendError INVALID_TIME, INVALID_DURATION, DELAY_TOO_LONG
 */
export function waitOf({ to, options }: Asked, now: number, patient: boolean): number {
  const { delay, at } = options;
  if (delay === undefined && at === undefined) return 0;
  const what = `${to.kind} '${to.name}'`;
  if (delay !== undefined && at !== undefined) {
    const text = `${what}: delay and at both say when it is published; give one of them`;
    throw new SendError('INVALID_TIME', text, { value: { delay, at } });
  }
  if (delay !== undefined && !isDuration(delay)) {
    const text = `${what}: delay is '${delay}'; write a duration such as '30s' or '1h'`;
    throw new SendError('INVALID_DURATION', text, { value: delay });
  }
  const waitMs = delay === undefined ? (at?.getTime() ?? now) - now : toMilliseconds(delay);
  if (Number.isNaN(waitMs))
    throw new SendError('INVALID_TIME', `${what}: at is an invalid date; give a Date that has a time`);
  if (waitMs <= 0) return 0;
  if (patient) checkWait(what, to, waitMs, patient);
  else throw notDelayed(what, waitMs);
  return waitMs;
}

/** No service delays what an exchange brings, so without `later` nothing waits at all. */
function notDelayed(what: string, waitMs: number): SendError {
  const text = `${what}: without later nothing is published with a delay; ${DEPLOY_LATER}`;
  return new SendError('DELAY_TOO_LONG', text, { value: waitMs, allowed: 0 });
}

/** A message as it would be if it were published at a time; a fire of it may come twice, so it is claimed. */
export function publishedAt(message: Published, at: number): Published {
  const { expiresAt, sentAt } = message;
  const expiry = expiresAt === undefined ? {} : { expiresAt: expiresAt - sentAt + at };
  return { ...message, ...expiry, sentAt: at, claim: true };
}

/**
 * The way of a message into `later`.
 * @throws SendError MESSAGE_TOO_LARGE, since what lies in the bucket is put there when it is routed.
 */
export function toLaterHand({ delays }: Connection, message: Published): Hand {
  const body = encodeMessage(message);
  if (body === undefined || !fitsInside(body)) {
    const text =
      'a message that is published with a delay travels inside another, of 1 MiB at most (SQS); send a ' +
      'reference to the data instead';
    throw new SendError('MESSAGE_TOO_LARGE', text);
  }
  const { id, sentAt } = message;
  return async () => {
    try {
      await putOffPublish(delays, sentAt, { id, body });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const text = `the message could not be put where it waits: ${why}; publish it again with its messageId`;
      throw new NackError('NACKED', text, { cause, messageId: id });
    }
  };
}

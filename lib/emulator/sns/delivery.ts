/**
 * Messages on their way to queues and functions: sent in a turn of their own, tried again on the clock after
 * the other side's errors, and moved to the subscription's dead-letter queue when there is no use in trying.
 * A FIFO topic sends the messages of a group to one queue one after the other, so that a retry holds up its
 * group and nothing else.
 */
import { ServiceError } from '../error.ts';
import type { Caller, Output } from '../service.ts';
import { noteDelivery } from './keep.ts';
import { RAW_ATTRIBUTES_MAX, RETRY_PHASES } from './limits.ts';
import { type Notification, toFunctionEvent, toQueueMessage } from './notification.ts';
import type { SnsOptions, SnsTraceEntry } from './options.ts';
import type { Subscription } from './state.ts';

/** One message for one subscription. */
export interface NewDelivery {
  readonly subscription: Subscription;
  readonly notification: Notification;
}

export interface Delivery extends NewDelivery {
  /** Counts up in the order of publishing. */
  readonly id: number;
  /** Where it goes now. */
  stage: 'endpoint' | 'deadLetter';
  attempts: number;
  /** When its next attempt is due. */
  dueAt: number;
}

const THROTTLES: readonly string[] = ['ThrottlingException', 'TooManyRequestsException', 'RequestThrottled'];

/** Every delivery that is not finished. */
export class Deliveries {
  readonly #options: SnsOptions;
  readonly #isSubscribed: (subscription: Subscription) => boolean;
  /** Added in this turn; one timer sets them all off. */
  #fresh: Delivery[] = [];
  /** Messages of a FIFO topic that wait for the one before them, by subscription and group. */
  readonly #lanes = new Map<string, Delivery[]>();
  readonly #retries = new Map<Delivery, () => void>();
  readonly #unfinished = new Set<Delivery>();
  /** From an earlier process: those that no other one has to go before. */
  #restored: Delivery[] = [];
  #next = 0;
  #closed = false;

  constructor(options: SnsOptions, isSubscribed: (subscription: Subscription) => boolean) {
    this.#options = options;
    this.#isSubscribed = isSubscribed;
  }

  get size(): number {
    return this.#unfinished.size;
  }

  /** Those that are not finished. */
  open(): Iterable<Delivery> {
    return this.#unfinished;
  }

  readonly add = ({ notification, subscription }: NewDelivery): void => {
    if (this.#closed) return;
    const dueAt = this.#options.clock.now();
    const id = this.#next++;
    const delivery: Delivery = { notification, subscription, id, stage: 'endpoint', attempts: 0, dueAt };
    this.#unfinished.add(delivery);
    this.#note(delivery);
    if (this.#queue(delivery)) this.#startSoon(delivery);
  };

  /** Takes back one that was not finished; they come in the order of their ids, and wait for `resume`. */
  restore(delivery: Delivery): void {
    this.#next = Math.max(this.#next, delivery.id + 1);
    this.#unfinished.add(delivery);
    if (this.#queue(delivery)) this.#restored.push(delivery);
  }

  /** Goes on with what was taken back. */
  resume(): void {
    const restored = this.#restored;
    this.#restored = [];
    for (const delivery of restored) this.#setTimer(delivery);
  }

  /** Whether it may go now; in a lane that is in use it waits for the one before it. */
  #queue(delivery: Delivery): boolean {
    const lane = laneOf(delivery);
    if (lane === undefined) return true;
    const waiting = this.#lanes.get(lane);
    if (waiting === undefined) this.#lanes.set(lane, []);
    waiting?.push(delivery);
    return waiting === undefined;
  }

  #startSoon(delivery: Delivery): void {
    this.#fresh.push(delivery);
    if (this.#fresh.length > 1) return;
    const { clock } = this.#options;
    clock.at(clock.now(), () => {
      const fresh = this.#fresh;
      this.#fresh = [];
      for (const each of fresh) this.#start(each);
    });
  }

  close(): void {
    this.#closed = true;
    this.#fresh = [];
    this.#lanes.clear();
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
    this.#restored = [];
    this.#unfinished.clear();
  }

  #start(delivery: Delivery): void {
    const { notification, subscription } = delivery;
    const name = `sns delivery of ${notification.messageId} to ${subscription.endpoint}`;
    void this.#options.clock.run(name, () => this.#carryOn(delivery));
  }

  /** Finishes a delivery and those that wait behind it, or leaves it to a retry. */
  async #carryOn(first: Delivery): Promise<void> {
    let delivery: Delivery | undefined = first;
    while (delivery !== undefined && !this.#closed) {
      const finished = await this.#attempt(delivery);
      // Closing has forgotten it, so there is nothing to count.
      if (!finished || this.#closed) return;
      this.#unfinished.delete(delivery);
      this.#note(delivery);
      delivery = this.#nextAfter(delivery);
    }
  }

  #nextAfter(delivery: Delivery): Delivery | undefined {
    const lane = laneOf(delivery);
    if (lane === undefined) return undefined;
    const next = this.#lanes.get(lane)?.shift();
    if (next === undefined) this.#lanes.delete(lane);
    return next;
  }

  /** Tries once for each place it has to go; false when a retry was set. */
  async #attempt(delivery: Delivery): Promise<boolean> {
    if (isUndeliverable(delivery)) {
      this.#trace('drop', delivery, {
        reason: `more than ${RAW_ATTRIBUTES_MAX} attributes in a raw message`,
      });
      return true;
    }
    for (;;) {
      delivery.attempts += 1;
      try {
        await this.#send(delivery);
        this.#trace(delivery.stage === 'endpoint' ? 'deliver' : 'deadLetter', delivery);
        return true;
      } catch (error) {
        if (this.#closed) return true;
        if (this.#retry(delivery, error)) return false;
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const { deadLetterArn } = delivery.subscription.settings;
        if (delivery.stage === 'deadLetter' || deadLetterArn === undefined) {
          this.#trace('drop', delivery, { reason });
          return true;
        }
        delivery.stage = 'deadLetter';
        delivery.attempts = 0;
      }
    }
  }

  /** Sets the next attempt, if there is any use in one. */
  #retry(delivery: Delivery, error: unknown): boolean {
    const { clock } = this.#options;
    const waitMs = retryWaitMs(delivery.attempts);
    if (waitMs === undefined || isClientError(error) || !this.#isSubscribed(delivery.subscription))
      return false;
    this.#trace('retry', delivery, { attempts: delivery.attempts, waitMs });
    delivery.dueAt = clock.now() + waitMs;
    this.#note(delivery);
    this.#setTimer(delivery);
    return true;
  }

  #setTimer(delivery: Delivery): void {
    const { clock } = this.#options;
    const cancel = clock.at(Math.max(delivery.dueAt, clock.now()), () => {
      this.#retries.delete(delivery);
      this.#start(delivery);
    });
    this.#retries.set(delivery, cancel);
  }

  #note(delivery: Delivery): void {
    noteDelivery(this.#options.journal, delivery, () => this.#unfinished.has(delivery));
  }

  #send(delivery: Delivery): Output | Promise<Output> {
    const { notification, subscription } = delivery;
    const { lambda, sqs } = this.#options;
    const { deadLetterArn } = subscription.settings;
    const queueArn = delivery.stage === 'deadLetter' ? deadLetterArn : subscription.endpoint;
    if (delivery.stage === 'endpoint' && subscription.protocol === 'lambda') {
      const payload = JSON.stringify(toFunctionEvent(subscription, notification));
      const input = {
        FunctionName: subscription.endpoint,
        InvocationType: 'Event',
        Payload: Buffer.from(payload),
      };
      return lambda.call('Invoke', input, callerAt(subscription.endpoint, notification));
    }
    const arn = queueArn ?? '';
    const caller = callerAt(arn, notification);
    const url = `${caller.endpoint}/${caller.account}/${arn.split(':')[5]}`;
    const message = toQueueMessage(subscription, notification, arn.endsWith('.fifo'));
    return sqs.call('SendMessage', { QueueUrl: url, ...message }, caller);
  }

  #trace(
    operation: SnsTraceEntry['operation'],
    delivery: Delivery,
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    const { notification, subscription } = delivery;
    this.#options.trace?.({
      at: this.#options.clock.now(),
      service: 'sns',
      operation,
      account: notification.topic.account,
      region: notification.topic.region,
      target: notification.topic.name,
      messageId: notification.messageId,
      endpoint: subscription.endpoint,
      ...more,
    });
  }
}

/** How long to wait after so many attempts; undefined when they are used up. */
export function retryWaitMs(attempts: number): number | undefined {
  const { backoff, immediate, postBackoff, preBackoff, waitMaxMs, waitMinMs } = RETRY_PHASES;
  if (attempts <= immediate) return 0;
  if (attempts <= immediate + preBackoff) return waitMinMs;
  const step = attempts - immediate - preBackoff;
  if (step <= backoff) return Math.round(waitMinMs * (waitMaxMs / waitMinMs) ** ((step - 1) / (backoff - 1)));
  return step <= backoff + postBackoff ? waitMaxMs : undefined;
}

function laneOf({ notification, subscription }: Delivery): string | undefined {
  return notification.topic.fifo ? `${subscription.arn} ${notification.groupId}` : undefined;
}

function isUndeliverable({ notification, subscription }: Delivery): boolean {
  return subscription.settings.raw && Object.keys(notification.attributes).length > RAW_ATTRIBUTES_MAX;
}

/** Whoever answers that the request is wrong will answer so again; a lost answer says nothing. */
function isClientError(error: unknown): boolean {
  if (!(error instanceof ServiceError) || error.fault === 'receiver' || error.status === 429) return false;
  return !THROTTLES.includes(error.name);
}

function callerAt(arn: string, { endpoint, lineage }: Notification): Caller {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region, endpoint, ...(lineage === undefined ? {} : { lineage }) };
}

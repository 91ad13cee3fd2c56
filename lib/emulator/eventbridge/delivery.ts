/**
 * Events on their way to targets: sent in a turn of their own, tried again on the clock after errors that may
 * pass, and moved to the target's dead-letter queue with the reason when there is no use in trying.
 */
import { ServiceError } from '../error.ts';
import type { Caller, Output } from '../service.ts';
import { noteDelivery } from './keep.ts';
import { RETRY_WAIT_MAX_MS, RETRY_WAIT_MIN_MS } from './limits.ts';
import type { EventbridgeOptions, EventbridgeTraceEntry } from './options.ts';
import type { Arrival } from './routing.ts';
import type { Bus, Rule } from './state.ts';
import type { Target } from './target.ts';

/** One event for one target. */
export interface NewDelivery {
  readonly rule: Rule;
  readonly target: Target;
  readonly arrival: Arrival;
}

export interface Delivery extends NewDelivery {
  readonly id: number;
  /** Finished ones. */
  attempts: number;
  /** When its next attempt is due. */
  dueAt: number;
}

interface Failure {
  /** ERROR_CODE of the dead-letter queue. */
  readonly code: string;
  readonly message: string;
  readonly final: boolean;
}

/** What deliveries need of the buses. */
export interface DeliveryOptions extends EventbridgeOptions {
  readonly findBus: (arn: string) => Bus | undefined;
  readonly route: (bus: Bus, arrival: Arrival) => void;
}

/** Stands in queue URLs, whose host SQS ignores. */
const ENDPOINT = 'http://127.0.0.1';
const THROTTLES: readonly string[] = ['ThrottlingException', 'TooManyRequestsException', 'RequestThrottled'];
const HOP = 'an event can be sent to an event bus target only once';

/** Every delivery that is not finished. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  /** Added in this turn; one timer sets them all off. */
  #fresh: Delivery[] = [];
  readonly #retries = new Map<Delivery, () => void>();
  readonly #unfinished = new Set<Delivery>();
  /** From an earlier process. */
  #restored: Delivery[] = [];
  #next = 0;
  #closed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#unfinished.size;
  }

  /** Those that are not finished. */
  open(): Iterable<Delivery> {
    return this.#unfinished;
  }

  readonly add = ({ arrival, rule, target }: NewDelivery): void => {
    if (this.#closed) return;
    const { clock } = this.#options;
    const delivery: Delivery = { rule, target, arrival, id: this.#next++, attempts: 0, dueAt: clock.now() };
    this.#unfinished.add(delivery);
    this.#note(delivery);
    this.#fresh.push(delivery);
    if (this.#fresh.length > 1) return;
    clock.at(clock.now(), () => {
      const fresh = this.#fresh;
      this.#fresh = [];
      for (const each of fresh) this.#start(each);
    });
  };

  /** Takes back one that was not finished; it waits for `resume`. */
  restore(delivery: Delivery): void {
    this.#next = Math.max(this.#next, delivery.id + 1);
    this.#unfinished.add(delivery);
    this.#restored.push(delivery);
  }

  /** Goes on with what was taken back. */
  resume(): void {
    const restored = this.#restored;
    this.#restored = [];
    for (const delivery of restored) this.#setTimer(delivery);
  }

  close(): void {
    this.#closed = true;
    this.#fresh = [];
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
    this.#restored = [];
    this.#unfinished.clear();
  }

  #start(delivery: Delivery): void {
    const { arrival, target } = delivery;
    const name = `eventbridge delivery of ${arrival.event.id} to ${target.arn}`;
    void this.#options.clock.run(name, () => this.#attempt(delivery));
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const failure = await this.#try(delivery);
    if (this.#closed) return;
    delivery.attempts += 1;
    if (failure === undefined) {
      this.#finish('deliver', delivery);
      return;
    }
    const exhausted = failure.final ? undefined : this.#exhaustedBy(delivery);
    if (!failure.final && exhausted === undefined) return;
    await this.#deadLetter(delivery, failure, exhausted);
  }

  async #try({ arrival, rule, target }: Delivery): Promise<Failure | undefined> {
    try {
      if (target.kind === 'bus') return this.#forward(target, arrival);
      const context = { ruleArn: rule.arn, ruleName: rule.name, ingestedAt: arrival.ingestedAt };
      const body = target.toInput?.(arrival.event, context) ?? JSON.stringify(arrival.event);
      await this.#send(target, body);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  #forward(target: Target, arrival: Arrival): Failure | undefined {
    if (arrival.forwarded) return { code: 'THIRD_ACCOUNT_HOP_DETECTED', message: HOP, final: true };
    const bus = this.#options.findBus(target.arn);
    if (bus === undefined) {
      const name = target.arn.split('event-bus/').at(-1);
      return { code: 'NO_RESOURCE', message: `Event bus ${name} does not exist.`, final: true };
    }
    const ingestedAt = this.#options.clock.now();
    this.#options.route(bus, { event: arrival.event, ingestedAt, forwarded: true });
    return undefined;
  }

  #send(target: Target, body: string): Output | Promise<Output> {
    const { lambda, sns, sqs } = this.#options;
    const caller = callerAt(target.arn);
    if (target.kind === 'lambda') {
      const input = { FunctionName: target.arn, InvocationType: 'Event', Payload: Buffer.from(body) };
      return lambda.call('Invoke', input, caller);
    }
    if (target.kind === 'sns') return sns.call('Publish', { TopicArn: target.arn, Message: body }, caller);
    const group = target.groupId === undefined ? {} : { MessageGroupId: target.groupId };
    return sqs.call('SendMessage', { QueueUrl: urlOf(target.arn), MessageBody: body, ...group }, caller);
  }

  /** Sets the next attempt, or says which limit of the retry policy ends them. */
  #exhaustedBy(delivery: Delivery): string | undefined {
    const { clock, random = Math.random } = this.#options;
    const { arrival, target } = delivery;
    // The first attempt is no retry.
    if (delivery.attempts > target.attemptsMax) return 'MaximumRetryAttempts';
    const longest = Math.min(RETRY_WAIT_MIN_MS * 2 ** (delivery.attempts - 1), RETRY_WAIT_MAX_MS);
    const waitMs = Math.round(longest * (1 - random() / 2));
    if (clock.now() + waitMs > arrival.ingestedAt + target.ageMaxMs) return 'MaximumEventAgeInSeconds';
    this.#trace('retry', delivery, { attempts: delivery.attempts, waitMs });
    delivery.dueAt = clock.now() + waitMs;
    this.#note(delivery);
    this.#setTimer(delivery);
    return undefined;
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

  async #deadLetter(delivery: Delivery, failure: Failure, exhausted: string | undefined): Promise<void> {
    const { arrival, rule, target } = delivery;
    const reason = `${failure.code}: ${failure.message}`;
    if (target.deadLetterArn === undefined) {
      this.#finish('drop', delivery, { reason });
      return;
    }
    const attributes = {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.arn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      RETRY_ATTEMPTS: String(delivery.attempts - 1),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    };
    const input = {
      QueueUrl: urlOf(target.deadLetterArn),
      MessageBody: JSON.stringify(arrival.event),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    };
    try {
      await this.#options.sqs.call('SendMessage', input, callerAt(target.deadLetterArn));
      this.#finish('deadLetter', delivery, { reason });
    } catch (error) {
      // AWS counts it (InvocationsFailedToBeSentToDlq) and goes on.
      this.#finish('drop', delivery, { reason, deadLetter: toFailure(error).message });
    }
  }

  #finish(
    operation: EventbridgeTraceEntry['operation'],
    delivery: Delivery,
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    if (this.#unfinished.delete(delivery)) this.#note(delivery);
    this.#trace(operation, delivery, more);
  }

  #trace(
    operation: EventbridgeTraceEntry['operation'],
    { arrival, rule, target }: Delivery,
    more: Readonly<Record<string, unknown>>,
  ): void {
    this.#options.trace?.({
      at: this.#options.clock.now(),
      service: 'eventbridge',
      operation,
      account: rule.bus.account,
      region: rule.bus.region,
      target: rule.bus.name,
      rule: rule.name,
      eventId: arrival.event.id,
      to: target.arn,
      ...more,
    });
  }
}

function toFailure(error: unknown): Failure {
  const message = error instanceof Error && error.message !== '' ? error.message : String(error);
  // A lost answer says nothing about the target.
  if (!(error instanceof ServiceError)) return { code: 'CONNECTION_FAILURE', message, final: false };
  if (THROTTLES.includes(error.name) || error.status === 429)
    return { code: 'THROTTLING', message, final: false };
  if (error.fault === 'receiver') return { code: 'ERROR_FROM_TARGET', message, final: false };
  if (/QueueDoesNotExist|NonExistentQueue|ResourceNotFound|^NotFound/.test(error.name)) {
    return { code: 'NO_RESOURCE', message, final: true };
  }
  if (error.name.startsWith('AccessDenied')) return { code: 'NO_PERMISSIONS', message, final: true };
  const isParameter = /^(Invalid|Missing)Parameter/.test(error.name);
  return { code: isParameter ? 'INVALID_PARAMETER' : 'SDK_CLIENT_ERROR', message, final: true };
}

function urlOf(queueArn: string): string {
  const [, , , , account, name] = queueArn.split(':');
  return `${ENDPOINT}/${account}/${name}`;
}

function callerAt(arn: string): Caller {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region, endpoint: ENDPOINT };
}

/**
 * Invocations on their way: tried again on the clock after errors that may pass, and moved to the schedule's
 * dead-letter queue with the reason when there is no use in trying. As in EventBridge, but for what a dead
 * letter holds (the request) and says.
 */
import { ServiceError } from '../error.ts';
import { toEventTime } from '../eventbridge/event.ts';
import { RETRY_WAIT_MAX_MS, RETRY_WAIT_MIN_MS } from '../eventbridge/limits.ts';
import type { Caller, Service } from '../service.ts';
import { checkEntries, type Failure, toFailure } from './failure.ts';
import {
  type AttemptContext,
  ENDPOINT,
  type Invocation,
  queueUrlOf,
  toInvocation,
  toUniversalArn,
} from './invocation.ts';
import { INPUT_MAX_BYTES } from './limits.ts';
import type { SchedulerOptions, SchedulerTraceEntry } from './options.ts';
import type { Target } from './target.ts';

/** One fire of a schedule, or the second of a doubled one. */
export interface Delivery {
  readonly id: string;
  readonly scheduleArn: string;
  /** When the schedule was made: another one of its name is told from it. */
  readonly scheduleBorn: number;
  readonly target: Target;
  readonly due: number;
  /** When its first attempt began: its age counts from here. */
  readonly startedAt: number;
  /** Finished ones. */
  attempts: number;
  /** When the next attempt begins. */
  nextAt: number;
}

export interface DeliveriesOptions extends SchedulerOptions {
  /** Called when there is nothing left to do for a delivery. */
  readonly finished: (delivery: Delivery) => void;
  /** Called when a delivery is to be kept as it is now; `gone` when it is not to be kept any longer. */
  readonly note?: ((delivery: Delivery, gone: boolean) => void) | undefined;
}

/** Every delivery that is not finished. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #random: () => number;
  readonly #unfinished = new Map<string, Delivery>();
  /** How many of them a schedule has. */
  readonly #bySchedule = new Map<string, number>();
  readonly #timers = new Map<Delivery, () => void>();
  #closed = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  get size(): number {
    return this.#unfinished.size;
  }

  all(): Iterable<Delivery> {
    return this.#unfinished.values();
  }

  /** Whether anything of a schedule is still on its way. */
  has(scheduleArn: string): boolean {
    return this.#bySchedule.has(scheduleArn);
  }

  /** Makes the first attempt: in this turn, if it is not for later. */
  add(delivery: Delivery): void {
    if (this.#closed) return;
    this.#enter(delivery);
    this.#options.note?.(delivery, false);
    if (delivery.nextAt > this.#options.clock.now()) this.#wait(delivery);
    else this.#start(delivery);
  }

  /** Takes back a delivery that an earlier process left. */
  restore(delivery: Delivery): void {
    this.#enter(delivery);
    this.#wait(delivery);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#unfinished.clear();
    this.#bySchedule.clear();
  }

  #enter(delivery: Delivery): void {
    const { id, scheduleArn } = delivery;
    this.#unfinished.set(id, delivery);
    this.#bySchedule.set(scheduleArn, (this.#bySchedule.get(scheduleArn) ?? 0) + 1);
  }

  #leave({ id, scheduleArn }: Delivery): void {
    this.#unfinished.delete(id);
    const left = (this.#bySchedule.get(scheduleArn) ?? 1) - 1;
    if (left > 0) this.#bySchedule.set(scheduleArn, left);
    else this.#bySchedule.delete(scheduleArn);
  }

  #start(delivery: Delivery): void {
    const name = `scheduler invocation of ${delivery.target.arn} by ${delivery.scheduleArn}`;
    void this.#options.clock.run(name, () => this.#attempt(delivery));
  }

  #wait(delivery: Delivery): void {
    const cancel = this.#options.clock.at(delivery.nextAt, () => {
      this.#timers.delete(delivery);
      this.#start(delivery);
    });
    this.#timers.set(delivery, cancel);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const context: AttemptContext = {
      scheduleArn: delivery.scheduleArn,
      due: delivery.due,
      attempt: delivery.attempts + 1,
      // "Assigned for each attempted invocation": taken by its letter, so a retry has another one.
      executionId: executionId(this.#random),
    };
    let invocation: Invocation | undefined;
    let failure: Failure | undefined;
    try {
      invocation = toInvocation(delivery.target, context);
      await this.#invoke(invocation, delivery);
    } catch (error) {
      failure = toFailure(error);
    }
    if (this.#closed) return;
    delivery.attempts += 1;
    if (failure === undefined) {
      this.#finish('deliver', delivery, { executionId: context.executionId });
      return;
    }
    const exhausted = failure.permanent ? undefined : this.#exhaustedBy(delivery);
    if (!failure.permanent && exhausted === undefined) return;
    await this.#deadLetter(delivery, { context, exhausted, failure, invocation });
  }

  async #invoke({ operation, request, service }: Invocation, { scheduleArn, target }: Delivery) {
    const { eventbridge, lambda, sns, sqs, universal } = this.#options;
    if (target.kind === 'universal') {
      const found = universal?.(service);
      if (found === undefined) throw new ServiceError('UnknownService', `there is no service ${service}`);
      const input = found.toInput(operation, request);
      await found.service.call(operation, input, callerAt(scheduleArn));
      return;
    }
    const services: Readonly<Record<Target['kind'], Service>> = {
      ...{ sqs, lambda, sns, events: eventbridge, universal: sqs },
    };
    const { Payload } = request;
    const bytes = typeof Payload === 'string' ? { Payload: Buffer.from(Payload) } : {};
    const caller = callerAt(target.arn);
    checkEntries(await services[target.kind].call(operation, { ...request, ...bytes }, caller));
  }

  /** Sets the next attempt, or says which limit of the retry policy ends them. */
  #exhaustedBy(delivery: Delivery): string | undefined {
    const { clock } = this.#options;
    const { startedAt, target } = delivery;
    // The first attempt is no retry.
    if (delivery.attempts > target.attemptsMax) return 'MaximumRetryAttempts';
    const longest = Math.min(RETRY_WAIT_MIN_MS * 2 ** (delivery.attempts - 1), RETRY_WAIT_MAX_MS);
    const waitMs = Math.round(longest * (1 - this.#random() / 2));
    if (clock.now() + waitMs > startedAt + target.ageMaxMs) return 'MaximumEventAgeInSeconds';
    delivery.nextAt = clock.now() + waitMs;
    this.#trace('retry', delivery, { attempts: delivery.attempts, waitMs });
    this.#options.note?.(delivery, false);
    this.#wait(delivery);
    return undefined;
  }

  async #deadLetter(
    delivery: Delivery,
    end: {
      readonly context: AttemptContext;
      readonly exhausted: string | undefined;
      readonly failure: Failure;
      readonly invocation: Invocation | undefined;
    },
  ): Promise<void> {
    const { context, exhausted, failure, invocation } = end;
    const { deadLetterArn } = delivery.target;
    const reason = `${failure.code}: ${failure.message}`;
    if (deadLetterArn === undefined) {
      this.#finish('drop', delivery, { reason });
      return;
    }
    const body = JSON.stringify(invocation?.request ?? {});
    const tooLong = Buffer.byteLength(body) > INPUT_MAX_BYTES;
    const attributes = {
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      EXECUTION_ID: context.executionId,
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
      IS_PAYLOAD_TRUNCATED: String(tooLong),
      RETRY_ATTEMPTS: String(delivery.attempts - 1),
      SCHEDULED_TIME: toEventTime(delivery.due),
      SCHEDULE_ARN: delivery.scheduleArn,
      TARGET_ARN: invocation === undefined ? delivery.target.arn : toUniversalArn(invocation),
    };
    const input = {
      QueueUrl: queueUrlOf(deadLetterArn),
      MessageBody: tooLong ? Buffer.from(body).subarray(0, INPUT_MAX_BYTES).toString() : body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    };
    try {
      await this.#options.sqs.call('SendMessage', input, callerAt(deadLetterArn));
      this.#finish('deadLetter', delivery, { reason });
    } catch (error) {
      // AWS counts it (InvocationsFailedToBeSentToDeadLetterCount) and goes on.
      this.#finish('drop', delivery, { reason, deadLetter: toFailure(error).message });
    }
  }

  #finish(
    operation: SchedulerTraceEntry['operation'],
    delivery: Delivery,
    more: Readonly<Record<string, unknown>>,
  ): void {
    if (this.#closed) return;
    this.#trace(operation, delivery, more);
    this.#leave(delivery);
    this.#options.note?.(delivery, true);
    this.#options.finished(delivery);
  }

  #trace(
    operation: SchedulerTraceEntry['operation'],
    { due, scheduleArn, target }: Delivery,
    more: Readonly<Record<string, unknown>>,
  ): void {
    this.#options.trace?.({
      at: this.#options.clock.now(),
      service: 'scheduler',
      operation,
      target: scheduleArn.slice(scheduleArn.lastIndexOf('/') + 1),
      schedule: scheduleArn,
      to: target.arn,
      scheduledFor: due,
      ...more,
    });
  }
}

/** An id as AWS shows them: 16 digits. */
function executionId(random: () => number): string {
  const half = () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return `${half()}${half()}`;
}

function callerAt(arn: string): Caller {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region, endpoint: ENDPOINT };
}

/**
 * Asynchronous invocation: events wait in a queue on the clock, are tried again after errors and throttles,
 * and go to the function's destinations or its dead-letter queue in the end.
 */
import type { Clock } from '../clock.ts';
import type { Journal } from '../data/journal.ts';
import { ServiceError } from '../error.ts';
import { qualifiedArn } from './arn.ts';
import { isThrottle } from './errors.ts';
import type { Execution, ExecutionRequest, Executor, LambdaTraceEntry } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import {
  ASYNC_RETRIES_MAX,
  ASYNC_RETRY_WAITS_MS,
  EVENT_AGE_MAX_S,
  THROTTLE_WAIT_MAX_MS,
  THROTTLE_WAIT_MIN_MS,
} from './limits.ts';
import type { InvocationRecord, Outlets } from './outlets.ts';
import type { Statistics } from './statistics.ts';

/** What the event queue works with. */
export interface AsynchronousOptions {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly statistics: Statistics;
  readonly find: (arn: string) => LambdaFunction | undefined;
  readonly outlets: Outlets;
  readonly trace?: (entry: LambdaTraceEntry) => void;
  readonly journal?: Journal;
}

/** The queue of asynchronous events of all functions. */
export interface Asynchronous {
  /** Accepts an event; it is executed in a later turn. */
  accept(fn: LambdaFunction, request: Omit<ExecutionRequest, 'source'>): void;
  /** Events that are not finished. */
  pending(): number;
  /** Every event that is not finished, with its request id. */
  contents(): readonly (readonly [requestId: string, value: unknown])[];
  /** Takes an event back; it waits for `resume`. */
  restore(value: unknown): void;
  /** Schedules the events that were taken back. */
  resume(): void;
  /** Drops what waits. */
  close(): void;
}

interface AsyncEvent {
  readonly functionArn: string;
  readonly request: ExecutionRequest & { readonly requestId: string };
  readonly acceptedAt: number;
  attempts: number;
  throttles: number;
  /** When its next attempt is due. */
  dueAt: number;
}

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'RecursiveInvocation';

/** Makes a queue without events. */
export function createAsynchronous(options: AsynchronousOptions): Asynchronous {
  return new EventQueue(options);
}

class EventQueue implements Asynchronous {
  readonly #options: AsynchronousOptions;
  /** Every event with what cancels its wait. */
  readonly #events = new Map<AsyncEvent, () => void>();

  constructor(options: AsynchronousOptions) {
    this.#options = options;
  }

  accept(fn: LambdaFunction, request: Omit<ExecutionRequest, 'source'>): void {
    const requestId = request.requestId ?? this.#options.executor.requestId();
    const event: AsyncEvent = {
      functionArn: fn.arn,
      request: { ...request, requestId, source: 'async' },
      acceptedAt: this.#options.clock.now(),
      attempts: 0,
      throttles: 0,
      dueAt: 0,
    };
    this.#schedule(event, 0);
  }

  pending(): number {
    return this.#events.size;
  }

  contents(): readonly (readonly [requestId: string, value: unknown])[] {
    return [...this.#events.keys()].map((event) => [event.request.requestId, { ...event }]);
  }

  restore(value: unknown): void {
    // Written by `contents` or `#note`.
    this.#events.set({ ...(value as AsyncEvent) }, () => {});
  }

  resume(): void {
    const now = this.#options.clock.now();
    for (const event of [...this.#events.keys()]) this.#schedule(event, Math.max(0, event.dueAt - now));
  }

  close(): void {
    for (const cancel of this.#events.values()) cancel();
    this.#events.clear();
  }

  #schedule(event: AsyncEvent, waitMs: number): void {
    const { clock } = this.#options;
    event.dueAt = clock.now() + waitMs;
    const cancel = clock.at(event.dueAt, () => {
      void clock.run(`asynchronous event ${event.request.requestId}`, () => this.#attempt(event));
    });
    this.#events.set(event, cancel);
    this.#note(event);
  }

  #end(event: AsyncEvent): void {
    if (this.#events.delete(event)) this.#note(event);
  }

  #note(event: AsyncEvent): void {
    this.#options.journal?.note('lambda.event', event.request.requestId, () =>
      this.#events.has(event) ? { ...event } : undefined,
    );
  }

  async #attempt(event: AsyncEvent): Promise<void> {
    const fn = this.#options.find(event.functionArn);
    // The queue of a function goes with it.
    if (fn === undefined) {
      this.#end(event);
      return;
    }
    let execution: Execution;
    try {
      execution = await this.#options.executor.execute(fn, event.request);
    } catch (error) {
      const refused = refusal(event, error);
      if (isThrottle(error)) await this.#afterThrottle(fn, event, refused);
      else await this.#finish(fn, event, 'RecursiveInvocation', refused);
      return;
    }
    event.attempts += 1;
    await this.#afterExecution(fn, event, execution);
  }

  async #afterExecution(fn: LambdaFunction, event: AsyncEvent, execution: Execution): Promise<void> {
    if (!this.#events.has(event)) return;
    if (execution.failure === undefined) return this.#finish(fn, event, 'Success', execution);
    const retriesMax = fn.asyncSettings?.retriesMax ?? ASYNC_RETRIES_MAX;
    if (event.attempts > retriesMax) return this.#finish(fn, event, 'RetriesExhausted', execution);
    const waitMs = ASYNC_RETRY_WAITS_MS[event.attempts - 1] ?? 0;
    if (this.#isTooOld(fn, event, waitMs)) return this.#finish(fn, event, 'EventAgeExceeded', execution);
    this.#schedule(event, waitMs);
  }

  async #afterThrottle(fn: LambdaFunction, event: AsyncEvent, refused: Execution): Promise<void> {
    if (!this.#events.has(event)) return;
    const waitMs = Math.min(THROTTLE_WAIT_MIN_MS * 2 ** event.throttles, THROTTLE_WAIT_MAX_MS);
    event.throttles += 1;
    if (this.#isTooOld(fn, event, waitMs)) return this.#finish(fn, event, 'EventAgeExceeded', refused);
    this.#schedule(event, waitMs);
  }

  #isTooOld(fn: LambdaFunction, event: AsyncEvent, waitMs: number): boolean {
    const ageMaxS = fn.asyncSettings?.eventAgeMaxS ?? EVENT_AGE_MAX_S;
    return this.#options.clock.now() + waitMs - event.acceptedAt > ageMaxS * 1000;
  }

  async #finish(fn: LambdaFunction, event: AsyncEvent, condition: Condition, last: Execution): Promise<void> {
    this.#events.delete(event);
    const success = condition === 'Success';
    if (!success) this.#countDropped(fn, event, condition);
    const destination = success ? fn.asyncSettings?.onSuccessArn : fn.asyncSettings?.onFailureArn;
    if (destination !== undefined) {
      const text = JSON.stringify(toRecord(fn, event, condition, last, this.#options.clock.now()));
      await this.#deliver(event, destination, { text, functionArn: fn.arn, success });
    }
    const deadLetterArn = fn.settings.deadLetterArn;
    if (!success && deadLetterArn !== undefined) await this.#deadLetter(event, deadLetterArn, last);
    // Only now: a process that dies before this delivers twice, and not never.
    this.#note(event);
  }

  #countDropped(fn: LambdaFunction, event: AsyncEvent, condition: Condition): void {
    this.#options.statistics.of(fn.arn).eventsDropped += 1;
    const at = this.#options.clock.now();
    const { requestId } = event.request;
    this.#options.trace?.({
      at,
      service: 'lambda',
      operation: 'drop',
      account: fn.account,
      region: fn.region,
      function: fn.name,
      requestId,
      condition,
    });
  }

  async #deliver(event: AsyncEvent, arn: string, record: InvocationRecord): Promise<void> {
    const lineage = event.request.lineage + 1;
    const target = this.#options.find(arn);
    if (target !== undefined) this.accept(target, { payload: record.text, lineage });
    else await quietly(() => this.#options.outlets.record(arn, record, lineage));
  }

  async #deadLetter(event: AsyncEvent, arn: string, last: Execution): Promise<void> {
    const { requestId, payload, lineage } = event.request;
    const attributes = {
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'Number', StringValue: event.attempts > 0 ? '200' : '429' },
      // SQS refuses an empty attribute, and AWS cuts the text at 1 KB.
      ErrorMessage: {
        DataType: 'String',
        StringValue: (last.failure?.errorMessage || 'Unhandled').slice(0, 1024),
      },
    };
    await quietly(() => this.#options.outlets.send(arn, payload, attributes, lineage + 1));
  }
}

/**
 * A destination or dead-letter queue that cannot take the event loses it: AWS counts it (DeadLetterErrors)
 * and goes on.
 */
async function quietly(send: () => Promise<void>): Promise<void> {
  await send().catch(() => undefined);
}

function refusal(event: AsyncEvent, error: unknown): Execution {
  if (!(error instanceof ServiceError)) throw error;
  const failure = { errorType: error.name, errorMessage: error.message };
  return { requestId: event.request.requestId, payload: JSON.stringify(failure), failure };
}

/** The record that a destination gets (asynchronous invocation, destinations). */
function toRecord(fn: LambdaFunction, event: AsyncEvent, condition: Condition, last: Execution, now: number) {
  const executed = event.attempts > 0;
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: event.request.requestId,
      functionArn: qualifiedArn(fn.arn),
      condition,
      approximateInvokeCount: event.attempts,
    },
    requestPayload: JSON.parse(event.request.payload),
    ...(executed
      ? {
          responseContext: {
            statusCode: 200,
            executedVersion: fn.version,
            ...(last.failure === undefined ? {} : { functionError: 'Unhandled' }),
          },
          responsePayload: JSON.parse(last.payload),
        }
      : {}),
  };
}

/**
 * The poller of an SQS event source mapping. AWS polls with several long polls at a time; here the queue
 * wakes the mapping, so that an idle one costs nothing and virtual time has no polls to step through. While
 * batches run, it goes on receiving up to its concurrency; one batch at a time is being gathered, which makes
 * fuller batches than AWS's five pollers would.
 *
 * A batch stays with the function until it answers. On success its messages are deleted, else they are left
 * alone and come back when their visibility ends. A throttled batch is tried again until then.
 */
import type { Clock } from '../clock.ts';
import { ServiceError } from '../error.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { functionNameOf, placeOf } from './arn.ts';
import { type ReceivedMessage, succeeded, toEvent, toReceived } from './batch.ts';
import { type BatchLimits, createBatchBuffer } from './buffer.ts';
import { functionNotFound, isThrottle } from './errors.ts';
import type { Execution, Executor, LambdaTraceEntry } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import { SQS_BATCH_MAX, THROTTLE_WAIT_MIN_MS } from './limits.ts';
import { readLineage } from './lineage.ts';
import type { Mapping } from './mapping.ts';
import type { QueueClient } from './queue-client.ts';
import { createScaling, type Scaling } from './scaling.ts';

/** What a poller works with. */
export interface PollerOptions {
  readonly clock: Clock;
  readonly sqs: Pick<Sqs, 'watch'>;
  readonly queue: QueueClient;
  readonly mapping: Mapping;
  readonly executor: Executor;
  readonly find: (arn: string) => LambdaFunction | undefined;
  readonly trace?: (entry: LambdaTraceEntry) => void;
}

/** The moving part of a mapping. */
export interface Poller {
  start(): void;
  /** No more receives; gathered messages go back, running batches end as they would have. */
  stop(): void;
  /** The mapping's settings are others now. */
  changed(): void;
  /** Batches with the function. */
  running(): number;
}

/** How long to wait after a receive that failed, and between the attempts of a throttled batch at most. */
const RECEIVE_RETRY_MS = 1000;
const THROTTLE_RETRY_MAX_MS = 10_000;

/** Makes a poller that is not started. */
export function createPoller(options: PollerOptions): Poller {
  return new QueuePoller(options);
}

class QueuePoller implements Poller {
  readonly #options: PollerOptions;
  readonly #clock: Clock;
  readonly #mapping: Mapping;
  readonly #queue: QueueClient;
  readonly #buffer = createBatchBuffer();
  readonly #scaling: Scaling;
  #active = false;
  /** Says whether the queue may have messages for us. */
  #hungry = false;
  /** How often we were told so: an empty answer says nothing about what was told while it was on its way. */
  #hints = 0;
  #pumping = false;
  #running = 0;
  /** When to receive again after a failure. */
  #retryAt: number | undefined;
  #turn: { readonly at: number; readonly cancel: () => void } | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#mapping = options.mapping;
    this.#queue = options.queue;
    this.#scaling = createScaling(() => options.mapping.settings.concurrencyMax);
  }

  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#unwatch = this.#options.sqs.watch(this.#mapping.queue.arn, () => this.#wake());
    this.#wake();
  }

  stop(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#unwatch?.();
    this.#turn?.cancel();
    this.#turn = undefined;
    this.#scaling.reset();
    const gathered = this.#buffer.clear();
    if (gathered.length > 0) void this.#clock.run(this.#name(), () => this.#queue.release(handles(gathered)));
  }

  changed(): void {
    // A higher limit or a shorter window may let something start right now; a longer window moves its end.
    this.#turn?.cancel();
    this.#turn = undefined;
    this.#schedule(this.#clock.now());
  }

  running(): number {
    return this.#running;
  }

  #name(): string {
    return `mapping of ${this.#mapping.queue.name}`;
  }

  #limits(): BatchLimits {
    const { batchSize, windowS } = this.#mapping.settings;
    return { batchSize, windowMs: windowS * 1000 };
  }

  #wake(): void {
    this.#hungry = true;
    this.#hints += 1;
    this.#schedule(this.#clock.now());
  }

  /**
   * Sees to it that the pump runs at this time at the latest. A timer also leaves the run of whoever woke us.
   */
  #schedule(at: number): void {
    if (!this.#active || (this.#turn !== undefined && this.#turn.at <= at)) return;
    this.#turn?.cancel();
    const cancel = this.#clock.at(at, () => {
      this.#turn = undefined;
      void this.#clock.run(this.#name(), () => this.#pump());
    });
    this.#turn = { at, cancel };
  }

  async #pump(): Promise<void> {
    // A pump that waits for an answer of SQS will look at everything again itself.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#active && this.#running < this.#scaling.limit(this.#clock.now())) {
        const limits = this.#limits();
        if (this.#buffer.isReady(limits, this.#clock.now())) this.#launch(this.#buffer.take(limits));
        else if (!this.#hungry || !(await this.#receive(this.#buffer.room(limits)))) break;
      }
    } finally {
      this.#pumping = false;
    }
    this.#planNext();
  }

  #planNext(): void {
    const now = this.#clock.now();
    if (this.#running >= this.#scaling.limit(now)) {
      const growsAt = this.#hungry || this.#buffer.size > 0 ? this.#scaling.saturated(now) : undefined;
      if (growsAt !== undefined) this.#schedule(growsAt);
      return;
    }
    const dueAt = this.#buffer.dueAt(this.#limits());
    if (dueAt !== undefined) this.#schedule(dueAt);
    if (this.#retryAt !== undefined) this.#schedule(this.#retryAt);
    this.#retryAt = undefined;
    if (this.#running === 0 && !this.#hungry && dueAt === undefined) this.#scaling.reset();
  }

  /** Says whether SQS answered. */
  async #receive(room: number): Promise<boolean> {
    const hints = this.#hints;
    let received: readonly unknown[];
    try {
      received = await this.#queue.receive(Math.min(SQS_BATCH_MAX, room));
    } catch (error) {
      // Whatever a call of SQS throws, a fault plan's own errors too, is a receive that failed.
      this.#afterFailedReceive(error);
      return false;
    }
    if (received.length === 0 && hints === this.#hints) this.#hungry = false;
    const { queue, settings } = this.#mapping;
    const messages = received
      .map((message) => toReceived(message, queue.arn, queue.region))
      .filter((message) => message !== undefined);
    if (!this.#active) {
      await this.#queue.release(handles(messages));
      return true;
    }
    const wanted = messages.filter((message) => settings.filter(message.record));
    this.#buffer.add(wanted, this.#clock.now());
    if (wanted.length < messages.length) await this.#dropUnwanted(messages, new Set(wanted));
    return true;
  }

  async #dropUnwanted(
    messages: readonly ReceivedMessage[],
    wanted: ReadonlySet<ReceivedMessage>,
  ): Promise<void> {
    const unwanted = messages.filter((message) => !wanted.has(message));
    this.#trace('filter', unwanted);
    await this.#queue.delete(handles(unwanted));
  }

  #afterFailedReceive(error: unknown): void {
    this.#mapping.lastResult = problem(error);
    // A queue that is gone cannot be polled; should it be made again, its first message wakes us.
    if (error instanceof ServiceError && error.name === 'QueueDoesNotExist') this.#hungry = false;
    else this.#retryAt = this.#clock.now() + RECEIVE_RETRY_MS;
  }

  #launch(batch: readonly ReceivedMessage[]): void {
    const { queue } = this.#mapping;
    this.#running += 1;
    // What did not fit into a FIFO batch may follow it in its group, so it must not run beside it.
    const left = queue.fifo ? this.#buffer.clear() : [];
    void this.#clock.run(`batch of ${queue.name}`, async () => {
      try {
        if (left.length > 0) await this.#queue.release(handles(left));
        await this.#handle(batch);
      } finally {
        this.#running -= 1;
        this.#schedule(this.#clock.now());
      }
    });
  }

  async #handle(batch: readonly ReceivedMessage[]): Promise<void> {
    const mapping = this.#mapping;
    this.#trace('batch', batch);
    let execution: Execution;
    try {
      execution = await this.#executeUntilVisible(batch);
    } catch (error) {
      // Throttled for too long, refused by the recursion guard, function deleted: the messages come back by
      // themselves.
      mapping.lastResult = problem(error);
      return;
    }
    if (execution.failure !== undefined) {
      mapping.lastResult = 'PROBLEM: Function call failed';
      return;
    }
    const done = mapping.settings.reportsFailures ? succeeded(batch, execution.payload) : batch;
    mapping.lastResult = done.length === 0 ? 'PROBLEM: Function call failed' : 'OK';
    await this.#queue.delete(handles(done));
  }

  /** Executes the batch; on throttles again and again, for as long as the messages are hidden from others. */
  async #executeUntilVisible(batch: readonly ReceivedMessage[]): Promise<Execution> {
    const { functionArn, uuid } = this.#mapping;
    const payload = toEvent(batch);
    // One message of a chain that is too long refuses its whole batch: they would be one invocation.
    const lineage = Math.max(...batch.map(({ traceHeader }) => readLineage(traceHeader)));
    const startedAt = this.#clock.now();
    let visibleAt: number | undefined;
    for (let waitMs = THROTTLE_WAIT_MIN_MS; ; waitMs = Math.min(2 * waitMs, THROTTLE_RETRY_MAX_MS)) {
      const fn = this.#options.find(functionArn);
      if (fn === undefined) throw functionNotFound(functionArn);
      try {
        return await this.#options.executor.execute(fn, { payload, lineage, source: uuid });
      } catch (error) {
        if (!isThrottle(error)) throw error;
        this.#scaling.reset();
        visibleAt ??= startedAt + (await this.#queue.visibilityTimeoutS()) * 1000;
        if (this.#clock.now() + waitMs >= visibleAt) throw error;
        await this.#clock.sleep(waitMs);
      }
    }
  }

  #trace(operation: 'batch' | 'filter', batch: readonly ReceivedMessage[]): void {
    const { functionArn, queue, uuid } = this.#mapping;
    this.#options.trace?.({
      at: this.#clock.now(),
      service: 'lambda',
      operation,
      ...placeOf(functionArn),
      function: functionNameOf(functionArn),
      source: uuid,
      from: queue.name,
      messages: batch.map(({ messageId }) => messageId),
    });
  }
}

function handles(messages: readonly ReceivedMessage[]): readonly string[] {
  return messages.map(({ receiptHandle }) => receiptHandle);
}

/** What a mapping shows as its last result after an error. */
export function problem(error: unknown): string {
  return `PROBLEM: ${error instanceof Error ? error.message : String(error)}`;
}

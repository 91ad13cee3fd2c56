/**
 * The poller of a DynamoDB stream's mapping. The emulated stream is one shard, so its records go to the
 * function one batch after the other, in their order: a batch that fails holds up all that follow it, until
 * it succeeds, is given up, or is too old. The stream wakes the poller; AWS looks four times a second.
 *
 * Retries wait 1 s, then twice as long each time up to a minute; AWS documents that it backs off and not how.
 */
import type { Clock } from '../clock.ts';
import type { Dynamodb } from '../dynamodb/dynamodb.ts';
import { functionNameOf, placeOf } from './arn.ts';
import { EVENT_FRAME_BYTES } from './batch.ts';
import { functionNotFound } from './errors.ts';
import type { Executor, LambdaTraceEntry } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import { SYNC_PAYLOAD_MAX_BYTES } from './limits.ts';
import type { Outlets } from './outlets.ts';
import { type Poller, problem } from './poller.ts';
import { doneOf, type GivenUp, type StreamEventRecord, toEventRecord, toNotice } from './stream-batch.ts';
import type { StreamMapping } from './stream-mapping.ts';
import { type Attempt, afterFailure, type Part } from './stream-retry.ts';

/** What a poller works with. */
export interface StreamPollerOptions {
  readonly clock: Clock;
  readonly streams: Pick<Dynamodb, 'readStream' | 'subscribe'>;
  readonly outlets: Outlets;
  readonly mapping: StreamMapping;
  readonly executor: Executor;
  readonly find: (arn: string) => LambdaFunction | undefined;
  readonly trace?: (entry: LambdaTraceEntry) => void;
  /** Called when the mapping's place in the stream has moved. */
  readonly moved: () => void;
}

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

/** Makes a poller that is not started. */
export function createStreamPoller(options: StreamPollerOptions): Poller {
  return new StreamPoller(options);
}

class StreamPoller implements Poller {
  readonly #options: StreamPollerOptions;
  readonly #clock: Clock;
  readonly #mapping: StreamMapping;
  #active = false;
  #busy = false;
  #executing = 0;
  /** When the window of the first record that waits is over. */
  #windowEnd: number | undefined;
  #turn: { readonly at: number; readonly cancel: () => void } | undefined;
  #unsubscribe: (() => void) | undefined;
  #stopping = new AbortController();

  constructor(options: StreamPollerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#mapping = options.mapping;
  }

  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#stopping = new AbortController();
    try {
      this.#unsubscribe = this.#options.streams.subscribe(this.#mapping.stream.arn, () => this.#wake());
    } catch (error) {
      // The stream is gone with its table; AWS shows the same as a problem of the mapping.
      this.#mapping.lastResult = problem(error);
      return;
    }
    this.#wake();
  }

  stop(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#unsubscribe?.();
    this.#turn?.cancel();
    this.#turn = undefined;
    this.#stopping.abort(new Error('the mapping was stopped'));
  }

  changed(): void {
    this.#wake();
  }

  running(): number {
    return this.#executing;
  }

  #wake(): void {
    this.#schedule(this.#clock.now());
  }

  #schedule(at: number): void {
    if (!this.#active || (this.#turn !== undefined && this.#turn.at <= at)) return;
    this.#turn?.cancel();
    const cancel = this.#clock.at(at, () => {
      this.#turn = undefined;
      void this.#clock.run(`mapping of ${this.#mapping.stream.table}`, () => this.#pump());
    });
    this.#turn = { at, cancel };
  }

  async #pump(): Promise<void> {
    // What arrives meanwhile is looked for again when the batch is done.
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#active) {
        const batch = this.#gather();
        if (batch === undefined) return;
        await this.#process(batch);
      }
    } catch (error) {
      // Stopping wakes those who wait, with an error; another one is that of the stream, which is gone.
      if (this.#active) this.#mapping.lastResult = problem(error);
    } finally {
      this.#busy = false;
      // A mapping that was stopped and started meanwhile found this one busy.
      if (this.#active && this.#stopping.signal.aborted === false && this.#turn === undefined) this.#look();
    }
  }

  /** Comes back when there may be something that a pump has not seen. */
  #look(): void {
    const { position, stream } = this.#mapping;
    if (this.#windowEnd !== undefined) {
      this.#schedule(this.#windowEnd);
      return;
    }
    try {
      if (this.#options.streams.readStream(stream.arn, position, 1).records.length > 0) this.#wake();
    } catch (error) {
      // The table is gone, and its records with it.
      this.#mapping.lastResult = problem(error);
    }
  }

  /** The next batch; undefined when there is none yet. */
  #gather(): readonly StreamEventRecord[] | undefined {
    const { settings, stream } = this.#mapping;
    const batch: StreamEventRecord[] = [];
    let bytes = EVENT_FRAME_BYTES;
    let skipped = this.#mapping.position;
    for (;;) {
      const wanted = settings.batchSize - batch.length;
      const { records, next } = this.#options.streams.readStream(stream.arn, skipped, wanted);
      if (records.length === 0) break;
      for (const raw of records) {
        const record = toEventRecord(raw, stream.arn);
        if (!settings.filter(record.record)) continue;
        if (batch.length > 0 && bytes + record.sizeBytes > SYNC_PAYLOAD_MAX_BYTES) return this.#take(batch);
        batch.push(record);
        bytes += record.sizeBytes;
      }
      skipped = next;
      if (batch.length === 0) this.#move(next);
      if (batch.length >= settings.batchSize) return this.#take(batch);
    }
    if (batch.length === 0) {
      this.#windowEnd = undefined;
      return undefined;
    }
    const now = this.#clock.now();
    this.#windowEnd ??= now + settings.windowS * 1000;
    if (now < this.#windowEnd) {
      this.#schedule(this.#windowEnd);
      return undefined;
    }
    return this.#take(batch);
  }

  #take(batch: readonly StreamEventRecord[]): readonly StreamEventRecord[] {
    this.#windowEnd = undefined;
    return batch;
  }

  /** Deals with every record of a batch: the function has taken it, or it was given up. */
  async #process(whole: readonly StreamEventRecord[]): Promise<void> {
    let parts: readonly Part[] = [{ batch: whole, attempts: 0 }];
    let requestId = '';
    let waitMs = RETRY_MIN_MS;
    for (let [part] = parts; part !== undefined; [part] = parts) {
      const { attempts } = part;
      const batch = await this.#dropOld(part.batch, attempts, requestId);
      const attempt: Attempt = batch.length === 0 ? { kind: 'done' } : await this.#attempt(batch);
      const rest = parts.slice(1);
      if (attempt.kind === 'done') {
        this.#done(batch);
        parts = rest;
        waitMs = RETRY_MIN_MS;
        continue;
      }
      let next: readonly Part[] = [{ batch, attempts }];
      if (attempt.kind === 'failed') {
        requestId = attempt.requestId;
        this.#done(batch.slice(0, attempt.done));
        next = afterFailure({ batch, attempts }, attempt.done, this.#mapping.settings);
        const [only] = next;
        if (only?.givenUp === true) {
          const why = { condition: 'RetryAttemptsExhausted', requestId, attempts: only.attempts } as const;
          await this.#giveUp(only.batch, why);
          parts = rest;
          continue;
        }
      }
      parts = [...next, ...rest];
      await this.#clock.sleep(waitMs, this.#stopping.signal);
      waitMs = Math.min(2 * waitMs, RETRY_MAX_MS);
    }
  }

  async #attempt(batch: readonly StreamEventRecord[]): Promise<Attempt> {
    const { functionArn, settings, uuid } = this.#mapping;
    this.#stopping.signal.throwIfAborted();
    this.#trace(batch);
    const fn = this.#options.find(functionArn);
    this.#executing += 1;
    try {
      if (fn === undefined) throw functionNotFound(functionArn);
      const payload = `{"Records":[${batch.map(({ json }) => json).join(',')}]}`;
      const execution = await this.#options.executor.execute(fn, { payload, lineage: 0, source: uuid });
      const { failure, requestId } = execution;
      if (failure !== undefined) return this.#failed(0, requestId);
      const done = settings.reportsFailures ? doneOf(batch, execution.payload) : batch.length;
      if (done < batch.length) return this.#failed(done, requestId);
      this.#mapping.lastResult = 'OK';
      return { kind: 'done' };
    } catch (error) {
      // What was not even executed is tried until the records are too old, whatever the retries.
      this.#mapping.lastResult = problem(error);
      return { kind: 'throttled' };
    } finally {
      this.#executing -= 1;
    }
  }

  #failed(done: number, requestId: string): Attempt {
    this.#mapping.lastResult = 'PROBLEM: Function call failed';
    return { kind: 'failed', done, requestId };
  }

  /** Gives up what is too old, or what the stream itself has no more. */
  async #dropOld(
    batch: readonly StreamEventRecord[],
    attempts: number,
    requestId: string,
  ): Promise<readonly StreamEventRecord[]> {
    const { recordAgeMaxS } = this.#mapping.settings;
    const oldest = recordAgeMaxS < 0 ? Number.NEGATIVE_INFINITY : this.#clock.now() - recordAgeMaxS * 1000;
    const fresh = batch.findIndex(({ createdAt }) => createdAt >= oldest);
    const old = fresh < 0 ? batch : batch.slice(0, fresh);
    if (old.length > 0) await this.#giveUp(old, { condition: 'RecordAgeExceeded', requestId, attempts });
    return fresh < 0 ? [] : batch.slice(fresh);
  }

  async #giveUp(
    batch: readonly StreamEventRecord[],
    why: Omit<GivenUp, 'functionArn' | 'version' | 'now'>,
  ): Promise<void> {
    const { functionArn, settings, stream } = this.#mapping;
    const records = batch.map(({ sequence }) => sequence);
    this.#options.trace?.({ ...this.#entry('drop'), condition: why.condition, records });
    if (settings.onFailureArn !== undefined) {
      const version = this.#options.find(functionArn)?.version ?? '$LATEST';
      const now = this.#clock.now();
      const notice = toNotice(batch, stream.arn, { ...why, functionArn, version, now });
      // A destination that cannot take it loses it: AWS counts that, and goes on with the stream.
      await this.#options.outlets.send(settings.onFailureArn, notice).catch(() => undefined);
    }
    this.#done(batch);
  }

  #done(batch: readonly StreamEventRecord[]): void {
    const last = batch.at(-1);
    if (last !== undefined) this.#move({ after: last.sequence });
  }

  #move(position: StreamMapping['position']): void {
    this.#mapping.position = position;
    this.#options.moved();
  }

  #trace(batch: readonly StreamEventRecord[]): void {
    this.#options.trace?.({ ...this.#entry('batch'), records: batch.map(({ sequence }) => sequence) });
  }

  #entry(operation: 'batch' | 'drop'): LambdaTraceEntry {
    const { functionArn, stream, uuid } = this.#mapping;
    const name = functionNameOf(functionArn);
    const what = { ...placeOf(functionArn), function: name, source: uuid, from: stream.table };
    return { at: this.#clock.now(), service: 'lambda', operation, ...what };
  }
}

/** The long polls of a reply queue: one while some calls wait, several while many do, none when none does. */
import { CeleriacError } from '../errors.ts';
import type { Clock, Log, ReplyDelivery, ReplyQueues } from './ports.ts';

/** SQS's longest. */
const POLL_SECONDS = 20;
/** A poll brings at most 10 replies, so this many calls are worth another one. */
const CALLS_PER_POLLER = 25;
const POLLERS_MAX = 8;
/** How the waits after failed polls grow; what ends them are the timeouts of the calls. */
const WAIT_MS = 100;
const WAIT_MS_MAX = 5_000;
/** SQS asks for a second between making a queue and using it; until then it may be unknown in places. */
const SPREADS_MS = 5_000;

export interface PollersPorts {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly chance: () => number;
  readonly replies: Pick<ReplyQueues, 'receive'>;
  readonly log: Log;
}

/** What the polls are for. */
export interface PollersUse<Box> {
  /** How many calls wait. */
  waiting(): number;
  deliver(box: Box, deliveries: readonly ReplyDelivery[]): void;
  /** The queue is of no use any more. */
  fail(box: Box, error: CeleriacError): void;
}

export interface Pollers<Box> {
  /** Sees to it that enough polls run. */
  poll(box: Box): void;
  /** Ends all polls now, for ever. */
  stop(): void;
}

/** Polls through these ports; none runs before `poll` is called. */
export function createPollers<Box extends { readonly queueName: string }>(
  ports: PollersPorts,
  use: PollersUse<Box>,
): Pollers<Box> {
  return new LongPolls(ports, use);
}

class LongPolls<Box extends { readonly queueName: string }> implements Pollers<Box> {
  readonly #ports: PollersPorts;
  readonly #use: PollersUse<Box>;
  readonly #stopped = new AbortController();
  /** How many polls a queue has. */
  readonly #running = new WeakMap<Box, number>();
  readonly #firstPolls = new WeakMap<Box, number>();

  constructor(ports: PollersPorts, use: PollersUse<Box>) {
    this.#ports = ports;
    this.#use = use;
  }

  poll(box: Box): void {
    if (!this.#firstPolls.has(box)) this.#firstPolls.set(box, this.#ports.clock.now());
    while (this.#runningOf(box) < this.#wanted() && !this.#stopped.signal.aborted) {
      this.#running.set(box, this.#runningOf(box) + 1);
      void this.#loop(box);
    }
  }

  stop(): void {
    this.#stopped.abort(new Error('the client is closed'));
  }

  #runningOf(box: Box): number {
    return this.#running.get(box) ?? 0;
  }

  #wanted(): number {
    return Math.min(POLLERS_MAX, Math.ceil(this.#use.waiting() / CALLS_PER_POLLER));
  }

  /** Polls until there are enough others, the queue is gone, or all is over. */
  async #loop(box: Box): Promise<void> {
    try {
      let failures = 0;
      while (this.#runningOf(box) <= this.#wanted() && !this.#stopped.signal.aborted) {
        const outcome = await this.#receive(box);
        if (outcome === 'over') return;
        failures = outcome === 'failed' ? failures + 1 : 0;
        if (failures > 0) await this.#pause(failures);
      }
    } finally {
      // In one go with the look that ended it: a call that comes in between must find one poll too few.
      this.#running.set(box, this.#runningOf(box) - 1);
    }
  }

  async #receive(box: Box): Promise<'received' | 'failed' | 'over'> {
    const { replies, log } = this.#ports;
    const { signal } = this.#stopped;
    try {
      const deliveries = await replies.receive(box.queueName, POLL_SECONDS, signal);
      if (signal.aborted) return 'over';
      if (deliveries !== undefined) {
        this.#use.deliver(box, deliveries);
        return 'received';
      }
      if (!this.#isSpread(box)) return 'failed';
      this.#use.fail(box, lost(box.queueName));
      return 'over';
    } catch (error) {
      if (signal.aborted) return 'over';
      if (isFinal(error)) {
        this.#use.fail(box, refused(error));
        return 'over';
      }
      const message = 'a poll of the reply queue failed';
      log({ level: 'warn', message, queue: box.queueName, error: String(error) });
      return 'failed';
    }
  }

  #isSpread(box: Box): boolean {
    return this.#ports.clock.now() - (this.#firstPolls.get(box) ?? 0) > SPREADS_MS;
  }

  /** Whoever cuts the wait short (a process that ends) ends the poll. */
  async #pause(failures: number): Promise<void> {
    const ms = Math.min(WAIT_MS_MAX, WAIT_MS * 2 ** failures) * this.#ports.chance();
    await this.#ports.clock.sleep(ms, this.#stopped.signal).catch(() => undefined);
  }
}

function lost(queueName: string): CeleriacError {
  const text =
    'the reply queue of this client is gone (deleted by hand, or swept after an hour without a sign of ' +
    'life); the tasks go on, their replies are lost, the next call makes a new queue';
  return new CeleriacError('REPLY_QUEUE_LOST', text, { value: queueName });
}

function refused(cause: unknown): CeleriacError {
  const text =
    `the reply queue cannot be read: ${String(cause)}; whoever calls needs the rights that Broker's ` +
    'grantCall gives';
  return new CeleriacError('REPLY_QUEUE_FAILED', text, { cause });
}

function isFinal(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false;
}

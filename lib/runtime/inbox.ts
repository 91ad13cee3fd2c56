/**
 * The reply queue of a client: made at the first call, shared by all, polled only while calls wait.
 *
 * A poll that has nothing left to wait for is not cut short but runs out (20 s at most): a service may still
 * hand a message to a request that was given up, and the next call's reply would be lost to it for a while.
 * The poll also sees the replies that come late. Only `close` ends it at once, together with the queue.
 */
import { BEAT_MS, RENEW_AFTER_MS } from '../core/heartbeat.ts';
import { type IdSpace, newId } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { parseReply, type Reply } from '../core/reply.ts';
import { replyQueuePrefix } from '../define/resource-name.ts';
import { CeleriacError, fromWireError } from '../errors.ts';
import { createPollers, type Pollers } from './pollers.ts';
import type { Ports, ReplyDelivery, ReplyQueues } from './ports.ts';

/** Where a reply is to go. */
export interface ReplyAddress {
  readonly replyTo: string;
  readonly correlationId: string;
}

/** Resolves, once it is sent, to what brings the answer where it does not come as a reply. */
export type Ask = (address: ReplyAddress) => Promise<(() => Promise<Json | undefined>) | undefined>;

export interface Inbox {
  /**
   * Asks: `send` is given the address, and what comes back there is resolved to. An error that comes back is
   * thrown. Rejects with the signal's reason when it is aborted first.
   */
  ask(send: Ask, signal: AbortSignal): Promise<unknown>;
  /** How many replies came after their call had been given up. */
  late(): number;
  /** Gives up what still waits, and removes the queue. */
  close(): Promise<void>;
}

/** So many calls that were given up are remembered, to tell late replies from second ones. */
const GIVEN_UP_MAX = 10_000;
/** How often making and removing the queue are tried. */
const TRIES_MAX = 4;
const WAIT_MS = 100;

export type InboxPorts = Pick<Ports, 'clock' | 'chance' | 'queues' | 'log'> & {
  readonly replies: ReplyQueues;
};

/** One reply queue's life. */
interface Box {
  readonly queueName: string;
  readonly ready: Promise<void>;
  beatAt: number;
}

interface Waiting {
  readonly box: Box;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** The inbox of a client; nothing is made before the first call. */
export function createInbox(ports: InboxPorts, space: IdSpace): Inbox {
  return new ReplyInbox(ports, space);
}

class ReplyInbox implements Inbox {
  readonly #ports: InboxPorts;
  readonly #space: IdSpace;
  readonly #pollers: Pollers<Box>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #givenUp = new Set<string>();
  /** Queues that are being removed, which `close` waits for. */
  readonly #removals = new Set<Promise<void>>();
  #late = 0;
  #box: Box | undefined;
  #closed = false;

  constructor(ports: InboxPorts, space: IdSpace) {
    this.#ports = ports;
    this.#space = space;
    this.#pollers = createPollers<Box>(ports, {
      waiting: () => this.#waiting.size,
      deliver: (box, deliveries) => this.#deliver(box, deliveries),
      fail: (box, error) => this.#fail(box, error),
    });
  }

  async ask(send: Ask, signal: AbortSignal): Promise<unknown> {
    const box = this.#current();
    await unlessAborted(box.ready, signal).catch((error) => {
      throw signal.aborted ? error : notMade(error);
    });
    const correlationId = newId(this.#space, this.#ports.clock.now(), this.#ports.chance);
    const address = { replyTo: box.queueName, correlationId };
    const reply = await this.#wait(box, correlationId, signal, () => send(address));
    if (!reply.ok) throw fromWireError(reply.error);
    return reply.value;
  }

  late(): number {
    return this.#late;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const box = this.#box;
    this.#box = undefined;
    for (const call of this.#waiting.values()) call.reject(closing());
    this.#pollers.stop();
    if (box !== undefined) this.#remove(box);
    await Promise.all(this.#removals);
  }

  /** The queue to use now. */
  #current(): Box {
    if (this.#closed) throw closing();
    const { clock } = this.#ports;
    const old = this.#box;
    if (old !== undefined && this.#waiting.size === 0 && clock.now() - old.beatAt > RENEW_AFTER_MS) {
      this.#box = undefined;
      this.#remove(old);
    }
    this.#box ??= this.#open();
    this.#beat(this.#box);
    return this.#box;
  }

  #open(): Box {
    const { clock, chance, replies } = this.#ports;
    const now = clock.now();
    const queueName = replyQueuePrefix(this.#space.app, this.#space.stage) + newId(this.#space, now, chance);
    const ready = again(this.#ports, () => replies.open(queueName, now));
    const box: Box = { queueName, ready, beatAt: now };
    ready.catch(() => {
      // The next call tries once more.
      if (this.#box === box) this.#box = undefined;
    });
    return box;
  }

  #beat(box: Box): void {
    const now = this.#ports.clock.now();
    const before = box.beatAt;
    if (now - before < BEAT_MS) return;
    box.beatAt = now;
    this.#ports.replies.beat(box.queueName, now).catch(() => {
      // It is said again after the next poll.
      box.beatAt = before;
    });
  }

  /** Waits for what comes under an id; `send` is under way meanwhile. */
  #wait(box: Box, id: string, signal: AbortSignal, send: () => ReturnType<Ask>): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const ending = (settle: () => void) => (): void => {
        this.#waiting.delete(id);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const abort = ending(() => {
        this.#giveUp(id);
        reject(signal.reason);
      });
      const fail = (error: unknown): void => ending(() => reject(error))();
      this.#waiting.set(id, { box, resolve: (reply) => ending(() => resolve(reply))(), reject: fail });
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) return abort();
      if (this.#closed) return fail(closing());
      this.#pollers.poll(box);
      const answered = async (): Promise<void> => {
        const elsewhere = await send();
        if (elsewhere === undefined) return;
        const value = await elsewhere();
        const reply = { correlationId: id, ok: true, ...(value === undefined ? {} : { value }) } as const;
        this.#waiting.get(id)?.resolve(reply);
      };
      answered().catch(fail);
    });
  }

  #giveUp(id: string): void {
    this.#givenUp.add(id);
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= GIVEN_UP_MAX) return;
      this.#givenUp.delete(oldest);
    }
  }

  #deliver(box: Box, deliveries: readonly ReplyDelivery[]): void {
    for (const { body } of deliveries) {
      const reply = parseReply(body);
      const call = reply === undefined ? undefined : this.#waiting.get(reply.correlationId);
      if (reply !== undefined && call !== undefined) call.resolve(reply);
      else this.#drop(reply);
    }
    // Behind the callers' backs, who have waited long enough. What is not removed comes again and is dropped.
    const receipts = deliveries.map(({ receipt }) => receipt);
    if (receipts.length > 0) void this.#ports.queues.remove(box.queueName, receipts).catch(() => []);
    this.#beat(box);
  }

  /** A second reply of a call is dropped in silence, a late one is counted. */
  #drop(reply: Reply | undefined): void {
    const { log } = this.#ports;
    if (reply === undefined) {
      log({ level: 'warn', message: 'a message in the reply queue is no reply' });
      return;
    }
    const { correlationId } = reply;
    if (!this.#givenUp.delete(correlationId)) return;
    this.#late += 1;
    log({ level: 'warn', message: 'a late reply was dropped', correlationId, lateReplies: this.#late });
  }

  /** Ends all calls of a queue that is of no use any more. */
  #fail(box: Box, error: CeleriacError): void {
    if (this.#box === box) this.#box = undefined;
    this.#remove(box);
    const calls = [...this.#waiting.values()].filter((call) => call.box === box);
    for (const call of calls) call.reject(error);
    const { code, message } = error;
    this.#ports.log({ level: 'warn', message, code, queue: box.queueName, calls: calls.length });
  }

  #remove(box: Box): void {
    const removal = this.#removeNow(box).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #removeNow(box: Box): Promise<void> {
    const { replies, log } = this.#ports;
    try {
      await box.ready.catch(() => undefined);
      await again(this.#ports, () => replies.remove(box.queueName));
    } catch (error) {
      const message = "a reply queue was left behind; 'celeriac sweep' removes it";
      log({ level: 'error', message, queue: box.queueName, error: String(error) });
    }
  }
}

function closing(): CeleriacError {
  const text = 'the client is closed, so nobody waits for a reply; await calls before close()';
  return new CeleriacError('CLIENT_CLOSED', text);
}

function notMade(cause: unknown): CeleriacError {
  const text =
    `the reply queue could not be made: ${String(cause)}; whoever calls needs the rights that ` +
    "Broker's grantCall gives";
  return new CeleriacError('REPLY_QUEUE_FAILED', text, { cause });
}

/** Tries a few times; only what names itself as final is not tried again. */
async function again(ports: Pick<InboxPorts, 'clock' | 'chance'>, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const final = error instanceof Error && 'retryable' in error && error.retryable === false;
      if (final || tries === TRIES_MAX) throw error;
      await ports.clock.sleep(ports.chance() * WAIT_MS * 2 ** tries);
    }
  }
}

function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject);
    if (signal.aborted) abort();
  });
}

/**
 * The messages of one queue in their states, sorted in the ways that make every step O(log n) at most. It
 * knows no clock: `now` is given.
 */
import { FairOrder } from './fair-order.ts';
import { GroupOrder } from './group-order.ts';
import { RECEIVES_BEFORE_BACK } from './limits.ts';
import type { Message } from './message.ts';
import type { Order, Picker, Shuffle } from './order.ts';
import { SortedQueue } from './sorted-queue.ts';

/** Hears of each change of a message that time alone would not make. */
export interface StoreObserver {
  entered(message: Message): void;
  changed(message: Message): void;
  left(message: Message): void;
}

export class Store {
  visible = 0;
  inFlight = 0;
  delayed = 0;
  /** Set where messages are kept on disk. */
  observer: StoreObserver | undefined = undefined;
  private readonly fifo: boolean;
  private order: Order;
  private readonly messages = new Map<string, Message>();
  private hidden = hiddenMessages();
  private ages = messagesByAge();
  private ranks = 0;

  constructor(fifo: boolean) {
    this.fifo = fifo;
    this.order = fifo ? new GroupOrder() : new FairOrder();
  }

  get size(): number {
    return this.messages.size;
  }

  /** Whether a receive would find something. */
  get ready(): boolean {
    return this.order.ready;
  }

  /** Grows each time something becomes receivable. */
  get arrivals(): number {
    return this.order.arrivals;
  }

  get(id: string): Message | undefined {
    return this.messages.get(id);
  }

  all(): Iterable<Message> {
    return this.messages.values();
  }

  pick(shuffle?: Shuffle): Picker {
    return this.order.pick(shuffle);
  }

  /** Takes a message in, hidden until `availableAt` where that is later than now. */
  put(message: Message, availableAt: number, now: number): void {
    message.rank = ++this.ranks;
    message.availableAt = availableAt;
    message.receivesHere = 0;
    message.state = availableAt > now ? 'delayed' : 'visible';
    this.messages.set(message.id, message);
    this.ages.push(message);
    this.order.enter(message);
    if (message.state === 'visible') {
      this.visible += 1;
      this.order.show(message);
    } else {
      this.delayed += 1;
      this.hidden.push(message);
    }
    this.observer?.entered(message);
  }

  /** Takes a message back as it was kept. They come in the order of their ranks. */
  restore(message: Message): void {
    this.ranks = message.rank;
    this.messages.set(message.id, message);
    this.ages.push(message);
    this.order.enter(message);
    if (message.state === 'visible') {
      this.visible += 1;
      this.order.show(message);
      return;
    }
    this.hidden.push(message);
    if (message.state === 'delayed') this.delayed += 1;
    else {
      this.inFlight += 1;
      this.order.fly(message, 1);
    }
  }

  /** A visible message goes in flight until the given time. */
  take(message: Message, until: number): void {
    this.visible -= 1;
    this.inFlight += 1;
    message.state = 'inFlight';
    message.availableAt = until;
    message.version += 1;
    this.order.fly(message, 1);
    this.order.hide(message);
    this.hidden.push(message);
    this.observer?.changed(message);
  }

  /** Moves the end of a message's time in flight, or of its delay. */
  postpone(message: Message, until: number): void {
    message.availableAt = until;
    message.version += 1;
    this.hidden.update(message);
    this.observer?.changed(message);
  }

  /** A message leaves the queue, whatever its state. */
  remove(message: Message): void {
    this.messages.delete(message.id);
    this.ages.remove(message);
    message.version += 1;
    if (message.state === 'visible') {
      this.visible -= 1;
      this.order.hide(message);
    } else {
      this.hidden.remove(message);
      if (message.state === 'delayed') this.delayed -= 1;
      else {
        this.inFlight -= 1;
        this.order.fly(message, -1);
      }
    }
    this.order.leave(message);
    this.observer?.left(message);
  }

  /** Makes receivable what is due. */
  advance(now: number): void {
    for (;;) {
      const message = this.hidden.peek();
      if (message === undefined || message.availableAt > now) return;
      this.show(message);
    }
  }

  /** A hidden message becomes visible, by time or because its consumer gave it back. */
  show(message: Message, timedOut = true): void {
    const flew = message.state === 'inFlight';
    if (flew) this.inFlight -= 1;
    else this.delayed -= 1;
    this.visible += 1;
    this.hidden.remove(message);
    message.state = 'visible';
    message.timedOut = flew && timedOut;
    if (!this.fifo && message.receivesHere >= RECEIVES_BEFORE_BACK) message.rank = ++this.ranks;
    this.order.show(message);
    if (flew) this.order.fly(message, -1);
    if (!timedOut) this.observer?.changed(message);
  }

  /** Messages that came before the given time, oldest first; the caller removes each. */
  *olderThan(time: number): Generator<Message> {
    for (;;) {
      const message = this.ages.peek();
      if (message === undefined || message.enqueuedAt > time) return;
      yield message;
    }
  }

  /** A FIFO queue's changed delay applies to messages that wait for their first delivery too. */
  redelay(delayMs: number, now: number): void {
    for (const message of this.messages.values()) {
      if (message.state === 'delayed') this.postpone(message, message.sentAt + delayMs);
    }
    this.advance(now);
  }

  /** When the next hidden message is due. */
  nextDue(): number | undefined {
    return this.hidden.peek()?.availableAt;
  }

  clear(): void {
    // The version tells a repeated receive request that its messages are gone.
    for (const message of this.messages.values()) {
      message.version += 1;
      this.observer?.left(message);
    }
    this.messages.clear();
    this.hidden = hiddenMessages();
    this.ages = messagesByAge();
    const { arrivals } = this.order;
    this.order = this.fifo ? new GroupOrder() : new FairOrder();
    this.order.arrivals = arrivals;
    this.visible = 0;
    this.inFlight = 0;
    this.delayed = 0;
  }
}

function hiddenMessages(): SortedQueue<Message> {
  return new SortedQueue<Message>({
    before: (left, right) =>
      left.availableAt < right.availableAt ||
      (left.availableAt === right.availableAt && left.rank < right.rank),
    slotOf: (message) => message.slot,
    setSlot: (message, slot) => {
      message.slot = slot;
    },
  });
}

function messagesByAge(): SortedQueue<Message> {
  return new SortedQueue<Message>({
    before: (left, right) => left.enqueuedAt < right.enqueuedAt,
    slotOf: (message) => message.ageSlot,
    setSlot: (message, slot) => {
      message.ageSlot = slot;
    },
  });
}

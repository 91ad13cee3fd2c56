/**
 * The order of a standard queue: oldest first, but quiet tenants before noisy ones ("fair queues"). A tenant
 * is a MessageGroupId; a message without one is a tenant of its own and always quiet. AWS's rule of
 * concurrency is kept exactly (Developer Guide, "How Amazon SQS fair queues work"); its second measure, a
 * tenant's share of the recent processing time, is not modelled: AWS states no formula for it.
 */
import { Heap } from './heap.ts';
import { NOISY_IN_FLIGHT_MIN, NOISY_SHARE } from './limits.ts';
import type { Message } from './message.ts';
import type { Order, Picker, Shuffle } from './order.ts';
import { SortedQueue } from './sorted-queue.ts';

interface Tenant {
  readonly id: string | undefined;
  readonly visible: SortedQueue<Message>;
  inFlight: number;
  slot: number;
}

const BY_RANK = {
  before: (left: Message, right: Message) => left.rank < right.rank,
  slotOf: (message: Message) => message.slot,
  setSlot: (message: Message, slot: number) => {
    message.slot = slot;
  },
};

const BY_HEAD = {
  before: (left: Tenant, right: Tenant) => rankOf(left) < rankOf(right),
  slotOf: (tenant: Tenant) => tenant.slot,
  setSlot: (tenant: Tenant, slot: number) => {
    tenant.slot = slot;
  },
};

export class FairOrder implements Order {
  arrivals = 0;
  private readonly tenants = new Map<string | undefined, Tenant>();
  private readonly heads = new Heap<Tenant>(BY_HEAD);
  private inFlight = 0;

  get ready(): boolean {
    return this.heads.size > 0;
  }

  enter(_message: Message): void {}

  leave(_message: Message): void {}

  show(message: Message): void {
    const tenant = this.tenantOf(message);
    const head = tenant.visible.peek();
    tenant.visible.push(message);
    this.arrivals += 1;
    if (head === undefined) this.heads.push(tenant);
    else if (tenant.visible.peek() === message) this.heads.update(tenant);
  }

  hide(message: Message): void {
    const tenant = this.tenantOf(message);
    const wasHead = tenant.visible.peek() === message;
    tenant.visible.remove(message);
    if (tenant.visible.size === 0) this.heads.remove(tenant);
    else if (wasHead) this.heads.update(tenant);
    this.forgetIdle(tenant);
  }

  fly(message: Message, by: 1 | -1): void {
    const tenant = this.tenantOf(message);
    tenant.inFlight += by;
    this.inFlight += by;
    this.forgetIdle(tenant);
  }

  pick(shuffle: Shuffle | undefined): Picker {
    return { next: () => this.next(shuffle) };
  }

  private next(shuffle: Shuffle | undefined): Message | undefined {
    const tenant = this.heads.first((candidate) => !this.isNoisy(candidate)) ?? this.leastNoisy();
    if (tenant === undefined) return undefined;
    const index = shuffle?.(tenant.visible.size);
    return index === undefined ? tenant.visible.peek() : tenant.visible.at(index);
  }

  private isNoisy(tenant: Tenant): boolean {
    return (
      tenant.id !== undefined &&
      tenant.inFlight >= NOISY_IN_FLIGHT_MIN &&
      tenant.inFlight > this.inFlight * NOISY_SHARE
    );
  }

  // Fewer than ten tenants can each hold more than a tenth, so this list is short.
  private leastNoisy(): Tenant | undefined {
    let least: Tenant | undefined;
    for (const tenant of this.heads.values()) {
      if (least === undefined || tenant.inFlight < least.inFlight) least = tenant;
    }
    return least;
  }

  private tenantOf(message: Message): Tenant {
    const known = this.tenants.get(message.groupId);
    if (known !== undefined) return known;
    const tenant = { id: message.groupId, visible: new SortedQueue<Message>(BY_RANK), inFlight: 0, slot: -1 };
    this.tenants.set(message.groupId, tenant);
    return tenant;
  }

  private forgetIdle(tenant: Tenant): void {
    if (tenant.inFlight === 0 && tenant.visible.size === 0) this.tenants.delete(tenant.id);
  }
}

function rankOf(tenant: Tenant): number {
  return tenant.visible.peek()?.rank ?? Number.POSITIVE_INFINITY;
}

/**
 * The order of a FIFO queue: strict within a message group, round robin between groups. A group gives its
 * messages from the oldest on, up to the first that is hidden; so a group whose oldest message is in flight
 * gives nothing, and one whose oldest was given back gives that one, though later ones are still in flight
 * (recorded on AWS, November 2025).
 */
import { Heap } from './heap.ts';
import type { Message } from './message.ts';
import type { Order, Picker } from './order.ts';

interface Group {
  readonly id: string;
  oldest: Message | undefined;
  newest: Message | undefined;
  /** Its turn among the ready groups; a group that becomes ready again queues up behind the others. */
  turn: number;
  slot: number;
}

export class GroupOrder implements Order {
  arrivals = 0;
  private turns = 0;
  private readonly groups = new Map<string, Group>();
  private readonly waiting = new Heap<Group>({
    before: (left, right) => left.turn < right.turn,
    slotOf: (group) => group.slot,
    setSlot: (group, slot) => {
      group.slot = slot;
    },
  });

  get ready(): boolean {
    return this.waiting.size > 0;
  }

  enter(message: Message): void {
    const group = this.groupOf(message);
    message.previous = group.newest;
    if (group.newest === undefined) group.oldest = message;
    else group.newest.next = message;
    group.newest = message;
    this.refresh(group);
  }

  leave(message: Message): void {
    const group = this.groupOf(message);
    if (message.previous === undefined) group.oldest = message.next;
    else message.previous.next = message.next;
    if (message.next === undefined) group.newest = message.previous;
    else message.next.previous = message.previous;
    message.previous = undefined;
    message.next = undefined;
    this.refresh(group);
    if (group.oldest === undefined) this.groups.delete(group.id);
  }

  show(message: Message): void {
    const group = this.groupOf(message);
    this.refresh(group);
    if (group.slot >= 0) this.arrivals += 1;
  }

  hide(message: Message): void {
    this.refresh(this.groupOf(message));
  }

  fly(_message: Message, _by: 1 | -1): void {}

  pick(): Picker {
    let following: Message | undefined;
    return {
      next: () => {
        const message = following?.state === 'visible' ? following : this.waiting.peek()?.oldest;
        // Remembered now, since the caller may remove the message before it asks again.
        following = message?.next;
        return message;
      },
    };
  }

  private refresh(group: Group): void {
    const ready = group.oldest?.state === 'visible';
    if (ready && group.slot < 0) {
      group.turn = ++this.turns;
      this.arrivals += 1;
      this.waiting.push(group);
    } else if (!ready && group.slot >= 0) {
      this.waiting.remove(group);
    }
  }

  private groupOf(message: Message): Group {
    const id = message.groupId ?? '';
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    const group = { id, oldest: undefined, newest: undefined, turn: 0, slot: -1 };
    this.groups.set(id, group);
    return group;
  }
}

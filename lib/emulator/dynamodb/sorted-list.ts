/**
 * Values in the order of their text keys, in blocks of bounded size: finding, inserting and removing cost a
 * binary search and the move of one block, whatever the length, and a walk can start anywhere and go either
 * way.
 */
const BLOCK_MAX = 512;

interface Block<T> {
  readonly keys: string[];
  readonly values: T[];
}

export class SortedList<T> {
  private readonly blocks: Block<T>[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Adds a value, or replaces the one under the same key. */
  set(key: string, value: T): void {
    const at = Math.min(this.blockFor(key), this.blocks.length - 1);
    const block = this.blocks[at];
    if (block === undefined) {
      this.blocks.push({ keys: [key], values: [value] });
      this.count = 1;
      return;
    }
    const index = lowerBound(block.keys, key);
    if (block.keys[index] === key) {
      block.values[index] = value;
      return;
    }
    block.keys.splice(index, 0, key);
    block.values.splice(index, 0, value);
    this.count += 1;
    if (block.keys.length > BLOCK_MAX) this.split(at, block);
  }

  delete(key: string): boolean {
    const at = this.blockFor(key);
    const block = this.blocks[at];
    if (block === undefined) return false;
    const index = lowerBound(block.keys, key);
    if (block.keys[index] !== key) return false;
    block.keys.splice(index, 1);
    block.values.splice(index, 1);
    this.count -= 1;
    if (block.keys.length === 0) this.blocks.splice(at, 1);
    return true;
  }

  /** Walks over the keys in [low, high), upwards or downwards, until `visit` says false. */
  walk(low: string, high: string, forward: boolean, visit: (value: T, key: string) => boolean): void {
    if (forward) this.walkUp(low, high, visit);
    else this.walkDown(low, high, visit);
  }

  private walkUp(low: string, high: string, visit: (value: T, key: string) => boolean): void {
    let at = this.blockFor(low);
    let index = -1;
    for (let block = this.blocks[at]; block !== undefined; block = this.blocks[++at]) {
      index = index < 0 ? lowerBound(block.keys, low) : 0;
      for (; index < block.keys.length; index += 1) {
        const key = block.keys[index];
        const value = block.values[index];
        // The index lies inside the block, so both exist; an absent key can only mean its end.
        if (key === undefined || key >= high) return;
        if (value !== undefined && !visit(value, key)) return;
      }
    }
  }

  private walkDown(low: string, high: string, visit: (value: T, key: string) => boolean): void {
    let at = Math.min(this.blockFor(high), this.blocks.length - 1);
    let first = true;
    for (let block = this.blocks[at]; block !== undefined; block = this.blocks[--at]) {
      let index = first ? lowerBound(block.keys, high) - 1 : block.keys.length - 1;
      first = false;
      for (; index >= 0; index -= 1) {
        const key = block.keys[index];
        const value = block.values[index];
        if (key === undefined || key < low) return;
        if (value !== undefined && !visit(value, key)) return;
      }
    }
  }

  /** The first block whose last key is not below the given one; the number of blocks when there is none. */
  private blockFor(key: string): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.blocks[middle]?.keys.at(-1);
      if (last !== undefined && last < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private split(at: number, block: Block<T>): void {
    const half = block.keys.length >>> 1;
    this.blocks.splice(at + 1, 0, { keys: block.keys.splice(half), values: block.values.splice(half) });
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = keys[middle];
    if (candidate !== undefined && candidate < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

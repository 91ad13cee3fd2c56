/** What a service gives to the data folder, and gets back from it: entities, each under a kind and a key. */

/** Where services note what has changed. Nothing is written inside the call, so models stay synchronous. */
export interface Journal {
  /**
   * Says that an entity has changed. `read` gives its value when it is written, before any answer that could
   * tell of the change; undefined says that the entity is gone. Several notes of one entity are one write.
   */
  note(kind: string, key: string, read: () => unknown): void;
}

/** One kind of entities of a service. */
export interface Kept {
  readonly kind: string;
  /** All that exist now, with values that JSON can carry. Others may change while it is being read. */
  entries(): Iterable<readonly [key: string, value: unknown]>;
  /** Takes in what the last process left. Called once, in the order in which kinds are given. */
  restore(entries: ReadonlyMap<string, unknown>): void;
}

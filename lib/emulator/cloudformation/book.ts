/**
 * The stacks of one emulator, whichever door they came through: what stands, and what is told of it. A load
 * of a synthesized app and the CloudFormation API write in the same book, one after the other.
 */
import type { Stacks } from './apply.ts';
import { createFolders, type Folders } from './folders.ts';
import { createRecords, type StackRecords } from './stacks/record.ts';

export interface StackBook {
  /** What stands, by account, region and name. */
  readonly stacks: Stacks;
  /** What is told of stacks, also of those that are gone. */
  readonly records: StackRecords;
  readonly folders: Folders;
  /** Where the resources of a source were last reached, by source. */
  readonly endpoints: Map<string, string>;
  /** The names of the roles that stacks of an account hold. */
  roles(account: string): Iterable<string>;
  /** Does one piece of work after the other. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Whether a piece of work is under way. */
  busy(): boolean;
}

/** Makes a book without stacks. */
export function createBook(): StackBook {
  const stacks: Stacks = new Map();
  let last: Promise<unknown> = Promise.resolve();
  let unfinished = 0;
  return {
    stacks,
    records: createRecords(),
    folders: createFolders(),
    endpoints: new Map(),
    *roles(account) {
      for (const { facts, resources } of stacks.values()) {
        for (const { provider, made } of resources.values())
          if (facts.account === account && provider.type === 'AWS::IAM::Role') yield made.physicalId;
      }
    },
    exclusive(work) {
      unfinished += 1;
      const next = last.then(work).finally(() => {
        unfinished -= 1;
      });
      // The next piece starts when this one is over, however it ended; its caller gets the error.
      last = next.catch(() => undefined);
      return next;
    },
    busy: () => unfinished > 0,
  };
}

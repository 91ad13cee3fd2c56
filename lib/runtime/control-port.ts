/** What others than its worker may do to a run, and what its worker may say of it while it runs. */
import type { Json } from '../core/json.ts';
import type { Overdue } from './workflow-ports.ts';

/** Names a run that may have no record yet. */
export interface RunName {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly sentAt: number;
}

export interface RevokeRequest extends RunName {
  readonly now: number;
  /** Whether a running attempt is to be told to stop. */
  readonly terminate: boolean;
}

/** All runs with this header that were sent until then; those until `terminateUntil` are to stop, too. */
export interface Revocation {
  readonly until: number;
  readonly terminateUntil?: number;
}

/**
 * revoked: it will not run. running: an attempt is under way, no other will be made. over: it had ended
 * before.
 */
export type Revoked = 'revoked' | 'running' | 'over';

export interface RunControl {
  /**
   * Keeps a claim for longer. lost: somebody else has it; terminate: it was revoked, and is to stop.
   */
  extend(id: string, owner: string, leaseUntil: number): Promise<'kept' | 'lost' | 'terminate'>;
  revoke(request: RevokeRequest): Promise<Revoked>;
  /** Drops what a run that is over has brought, not that it was; false: it is not over. */
  forget(id: string): Promise<boolean>;
  /** Says how far a claimed run is; false: somebody else has it. */
  report(id: string, owner: string, progress: Progress): Promise<boolean>;
  /** What was revoked by header, under these names: 'header=value'. */
  revocations(names: readonly string[]): Promise<readonly Revocation[]>;
}

/** What only clients do to runs, and no worker. */
export interface RunAdmin extends Overdue {
  /** Says of a run that is over that its next generation is on its way, unless that has begun already. */
  reopen(id: string, generation: number): Promise<void>;
  /** Revokes by header; `name` is 'header=value'. */
  revokeBy(
    name: string,
    revocation: { readonly until: number; readonly terminate: boolean },
    expiresAt: number,
  ): Promise<void>;
}

/** How far a run is, in its own words. */
export interface Progress {
  readonly value?: Json;
  /** A state of the task's own, while it runs. */
  readonly state?: string;
}

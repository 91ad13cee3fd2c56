/** What it means that a run cannot be taken: its record has refused a claim, and says why. */
import { isFinal, type TaskState } from './task-state.ts';

/** How a run stands, as its record says. */
export interface Standing {
  readonly state: TaskState;
  readonly generation: number;
  readonly retries: number;
  /** Until when whoever runs it has it for himself. */
  readonly leaseUntil: number;
  /** Whether it was revoked while an attempt was under way. */
  readonly revoked: boolean;
}

/** Who wants to run it, or to end it. */
export interface Claimant {
  readonly generation: number;
  /** The message's own count; undefined on an ordered queue, where the record alone counts. */
  readonly retries?: number;
  readonly now: number;
}

/**
 * superseded: a later attempt or generation exists, the claimant's message is an old copy. finished: it has
 * ended. revoked: it gets no other attempt. held: another worker runs it.
 */
export type Refusal = 'superseded' | 'finished' | 'revoked' | 'held';

/** Why a run was refused to a claimant; whoever asks knows that it was. */
export function refusalOf(run: Standing, claimant: Claimant): Refusal {
  if (run.generation > claimant.generation) return 'superseded';
  if (isFinal(run.state)) return 'finished';
  if (claimant.retries !== undefined && run.retries > claimant.retries) return 'superseded';
  const isFree = run.state !== 'STARTED' || run.leaseUntil < claimant.now;
  return isFree && run.revoked ? 'revoked' : 'held';
}

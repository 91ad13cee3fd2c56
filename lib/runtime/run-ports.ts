/** The records of runs, as the runtime asks for them (ports.ts). */
import type { FinalState, TaskState } from '../core/task-state.ts';
import type { Wait } from '../core/wait.ts';
import type { WorkflowPlace } from '../core/workflow/place.ts';
import type { WireError } from '../errors.ts';

/** What is known of a run. */
export interface RunRecord {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: TaskState;
  readonly generation: number;
  /** How many attempts of this generation have ended in a throw. */
  readonly retries: number;
  /** How many claims since the last outcome have had none yet; one of a run under way is among them. */
  readonly open?: number;
  /** What it waits for, or waited for last. */
  readonly wait?: Wait;
  /** The result as JSON text, once it succeeded with one. */
  readonly result?: string;
  /** Where the result lies instead, when it was too large for its record. */
  readonly blob?: string;
  /** Until when it is kept, where that is less than the record; it may be gone any time after. */
  readonly resultUntil?: number;
  readonly error?: WireError;
  /** How far it is, as JSON text (control-port.ts, Progress). */
  readonly progress?: string;
  /** The message of a run that failed, as JSON text, to run it again by hand. */
  readonly letter?: string;
  /** Whether what it brought was dropped. */
  readonly forgotten?: true;
  /** Why it ended as it did: a dead letter's reason, 'expired'. */
  readonly reason?: string;
  /** After which attempt it ended; the first is 1, 0 when none was made. */
  readonly attempts?: number;
  readonly sentAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Whether what follows from its end is known to have been sent. */
  readonly settled?: true;
  /** Which part of which workflow it is. */
  readonly workflow?: PartOf;
  /** Of a workflow that is REVOKED: a part of it was (it expired, perhaps), and nobody revoked the whole. */
  readonly byPart?: true;
}

/** Where in a workflow a run stands. */
export type PartOf = Pick<WorkflowPlace, 'id' | 'path'>;

/** Names one attempt's right to run. */
export interface ClaimRequest {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly generation: number;
  /** The message's own count; undefined on an ordered queue, where the record alone counts. */
  readonly retries?: number;
  readonly sentAt: number;
  readonly now: number;
  /** For whoever finds the record: the workflow that it is a part of. */
  readonly workflow?: PartOf;
  /** That there is no record yet is likely, so that the claim may be tried as a new one first. */
  readonly first?: boolean;
}

export type ClaimOutcome =
  | {
      readonly kind: 'claimed';
      readonly retries: number;
      /** How many claims before this one, since the last outcome, ended without any: crashed workers. */
      readonly crashes: number;
    }
  /** It has ended already; what follows from its end may have to be sent again. */
  | { readonly kind: 'finished'; readonly record: RunRecord }
  /** Another worker runs it, at the latest until then. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** A later attempt or generation exists: this message is an old copy. */
  | { readonly kind: 'superseded' }
  /** It was revoked while an attempt was under way, and gets no other. */
  | { readonly kind: 'revoked' };

/** How a run ended. */
export interface Ending {
  readonly state: FinalState;
  readonly attempts?: number;
  readonly result?: string;
  readonly blob?: string;
  readonly resultUntil?: number;
  readonly error?: WireError;
  readonly reason?: string;
  readonly letter?: string;
}

/** One wait of a message. */
export interface WaitNote {
  /** The delivery that waits, as the queue names it: the same for each time that it comes. */
  readonly by: string;
  /** How often the message has been put off, this time included. */
  readonly hop: number;
  /** When it was sent to its queue, as the queue says. */
  readonly sentAt?: number;
  /** When its copy comes. */
  readonly until: number;
  /** What it waits for; undefined: for another worker's claim. */
  readonly wait?: Wait;
}

export type WaitOutcome =
  | {
      readonly kind: 'waits';
      /** How many claims since the last outcome had none: a message can have no more crashes behind it. */
      readonly crashes: number;
    }
  | Extract<ClaimOutcome, { kind: 'finished' | 'superseded' }>;

/** The records of runs. Every change is one conditional write, so each takes effect exactly once. */
export interface Runs {
  /** Takes the right to run until `leaseUntil`, under a token that only this claim knows. */
  claim(request: ClaimRequest, owner: string, leaseUntil: number): Promise<ClaimOutcome>;
  /** Ends a run that `owner` has claimed; false: the claim has gone to somebody else. */
  complete(request: ClaimRequest, owner: string, ending: Ending): Promise<boolean>;
  /** Gives a claim up before its attempt has begun: it counts for nothing; false as above. */
  giveBack(request: ClaimRequest, owner: string, retries: number): Promise<boolean>;
  /**
   * Notes that the message of a run waits and goes on as a copy, before the copy is sent. 'superseded': a
   * newer copy of it waits already.
   */
  wait(request: ClaimRequest, note: WaitNote): Promise<WaitOutcome>;
  /** The same for a message without a record, or whose run is over; false: a newer copy waits already. */
  noteCopy(request: ClaimRequest, note: WaitNote): Promise<boolean>;
  /** Gives the claim up for another attempt, which counts one retry; false as above. */
  release(request: ClaimRequest, owner: string, retries: number, error: WireError): Promise<boolean>;
  /** Ends a run that nobody has claimed: expired, crashed, never to be understood. */
  finish(request: ClaimRequest, ending: Ending): Promise<ClaimOutcome>;
  /** Remembers that what follows from a run's end was sent: its duplicates need not send it once more. */
  settle(request: ClaimRequest): Promise<void>;
  /** Reads records; ids without one are missing in the answer. At most 100 ids a call. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, RunRecord>>;
}

/** What polling workers ask of the world besides queues: to be known, and to be told. */
import type { WorkerCommand, WorkerRecord } from '../core/worker-record.ts';
import type { Delivery } from './outcome.ts';

/** A command under an id of its own, so that it is done once. */
export interface SentCommand {
  readonly id: string;
  readonly command: WorkerCommand;
}

/** The records of polling workers. */
export interface Workers {
  /** Writes the record; resolves to the commands that wait. Those that are `done` wait no longer. */
  beat(record: WorkerRecord, done: readonly string[], expiresAt: number): Promise<readonly SentCommand[]>;
  /** All that are known, those that have stopped of late included. */
  list(): Promise<readonly WorkerRecord[]>;
  /** Leaves a command for a worker; false: there is none of that id. */
  command(workerId: string, sent: SentCommand): Promise<boolean>;
}

/** Which queues polling workers leave alone; names are SQS's own. */
export interface Pauses {
  /** Those of these that are paused. */
  paused(queueNames: readonly string[]): Promise<ReadonlySet<string>>;
  set(queueName: string, paused: boolean, now: number): Promise<void>;
}

/** Receives, for workers that poll by themselves. */
export interface Receiver {
  /** At most 10 deliveries, hidden for the queue's own visibility; waits up to 20 s for the first. */
  receive(
    queueName: string,
    max: number,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<readonly Delivery[]>;
}

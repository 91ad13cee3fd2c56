/** What watches sends and runs from outside: traces, metrics. */
import type { Hooks } from './hooks.ts';

/** The run that is watched. */
export interface WatchedRun {
  readonly task: string;
  readonly id: string;
  readonly queue: string;
  readonly attempt: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The send that is watched. */
export interface WatchedSend {
  /** `workflow:start` of the message with which a workflow, or a part of it, begins. */
  readonly task: string;
  readonly queue: string;
  /**
   * Of what a workflow sends when a run of it has ended: the headers of that run, as `run` gave them to its
   * work, or of its message. The span of the run has ended by then, and is not the active one.
   */
  readonly after?: Readonly<Record<string, string>> | undefined;
}

/** Stands around sends and runs; none of it may throw or change an outcome. */
export interface Telemetry {
  /** Told of what happens, after the app's own hooks. */
  readonly hooks?: Hooks;
  /** Stands around a send; what it adds to the headers travels with the message. */
  readonly send?: <T>(
    about: WatchedSend,
    work: (headers: Readonly<Record<string, string>>) => Promise<T>,
  ) => Promise<T>;
  /** Stands around an attempt, which `work` makes; it gives that the headers for what follows from it. */
  readonly run?: <T>(
    run: WatchedRun,
    work: (headers?: Readonly<Record<string, string>>) => Promise<T>,
  ) => Promise<T>;
  /** The namespace of CloudWatch under which each event is written to the log as metrics. */
  readonly namespace?: string;
}

/**
 * CloudWatch metrics without a call and without a dependency: log lines in the embedded metric format, which
 * CloudWatch turns into metrics by task and queue: Waited, Took (milliseconds), Succeeded, Retried, Failed,
 * Revoked. Workers write them; a client's process has no such log.
 */
export function emf({ namespace = 'Celeriac' }: { readonly namespace?: string } = {}): Telemetry {
  return Object.freeze({ namespace });
}

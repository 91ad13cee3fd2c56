/**
 * What every emulated service looks like from the outside. Inputs and outputs have the SDK's own shapes
 * (member names as in the API, blobs as Uint8Array, timestamps as Date, 64-bit numbers as number), so the
 * same model answers the wire, the SDK's in-process door and the production adapters in a simulation.
 */
export interface Caller {
  readonly account: string;
  readonly region: string;
  /** Where this client reaches the emulator ('http://127.0.0.1:4566'): queue URLs are built from it. */
  readonly endpoint: string;
  /** Aborted when the client goes away: a long poll must then give up its place. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many functions this request has already passed through, from its trace header: Lambda's recursion
   * guard.
   */
  readonly lineage?: number | undefined;
}

/** An operation's input, as the SDK takes it. */
export type Input = Readonly<Record<string, unknown>>;
/** An operation's output, as the SDK returns it. */
export type Output = Record<string, unknown>;

/** What every service is: operations by name. */
export interface Service {
  /** Carries out one operation of the service's API; throws a ServiceError where AWS refuses. */
  call(operation: string, input: Input, caller: Caller): Output | Promise<Output>;
}

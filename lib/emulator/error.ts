/**
 * The one exception of the emulator: an AWS service's refusal, as its clients see it. `name` is the error's
 * shape name in the SDK (`QueueDoesNotExist`), so that callers of the models and callers of the SDK recognise
 * the same thing.
 */
export interface ServiceErrorOptions {
  /** HTTP status; the wire takes it from the service's schema where the shape says one. @default 400 */
  readonly status?: number;
  /** Whose fault: a sender's error is not worth a retry. @default 'sender' */
  readonly fault?: 'sender' | 'receiver';
  /** More members of the error's shape, for example CancellationReasons or Item. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A refusal with AWS's own code and text. */
export class ServiceError extends Error {
  readonly status: number;
  readonly fault: 'sender' | 'receiver';
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ServiceErrorOptions = {}) {
    super(message);
    this.name = code;
    this.status = options.status ?? 400;
    this.fault = options.fault ?? 'sender';
    this.fields = options.fields ?? {};
    // Where the SDK has them too: callers of the models read `error.Item` like callers of the SDK.
    Object.assign(this, this.fields);
  }
}

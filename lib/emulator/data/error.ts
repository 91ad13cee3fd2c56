/** What is wrong with a data folder: said to a person, who has to decide what to do with it. */
export type DataErrorCode = 'DATA_LOCKED' | 'DATA_CORRUPT' | 'DATA_VERSION' | 'DATA_UNWRITABLE';

/** A folder of data that cannot be used; its code says why. */
export class DataError extends Error {
  readonly code: DataErrorCode;

  constructor(code: DataErrorCode, message: string, cause?: unknown) {
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'DataError';
    this.code = code;
  }
}

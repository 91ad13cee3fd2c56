/** An event on a bus. */

export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** In seconds: `2026-01-01T00:00:00Z`. */
  readonly time: string;
  readonly region: string;
  /** Of replayed events only. */
  readonly 'replay-name'?: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** A time as events show it. */
export function toEventTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

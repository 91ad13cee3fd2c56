/** Points in time as AWS's protocols write them. Inside, a timestamp is always a Date. */
import type { TimestampFormat } from './schema.ts';

/**
 * Writes a time as text. `default` means what the place (a JSON body, a header, an XML element) uses by
 * itself.
 */
export function writeTimestamp(time: Date, format: TimestampFormat): string {
  switch (format) {
    case 'http-date':
      return time.toUTCString();
    case 'epoch-seconds':
      return String(time.getTime() / 1000);
    case 'default':
    case 'date-time':
      return time.toISOString().replace('.000Z', 'Z');
  }
}

/** Reads a time in any of the forms; undefined when it is none. */
export function readTimestamp(value: unknown): Date | undefined {
  const seconds = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  const isNumber = value !== '' && Number.isFinite(seconds);
  const time = isNumber
    ? new Date(Math.round(seconds * 1000))
    : new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

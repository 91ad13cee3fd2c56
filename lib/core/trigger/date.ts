/** Date triggers: one fire at one time. */
import { readInstant, refuseUnknown, type When } from './instant.ts';
import { zoneOf } from './zone.ts';

/** A date trigger as data. */
export interface DateTrigger {
  readonly kind: 'date';
  readonly at: string;
}

/**
 * A trigger that fires once.
 * @param date a Date, or text; text without an offset needs `timezone`, in which it is local time.
 * @throws DefinitionError INVALID_TRIGGER for what is no time, and INVALID_TIMEZONE.
 */
export function at(date: When, options: { readonly timezone?: string } = {}): DateTrigger {
  refuseUnknown('at', options, ['timezone']);
  const zone = options.timezone === undefined ? undefined : zoneOf(options.timezone);
  return Object.freeze({ kind: 'date', at: new Date(readInstant('at', date, zone)).toISOString() });
}

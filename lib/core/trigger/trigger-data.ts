/**
 * Triggers that come back from JSON: a stored schedule, a message, a template. Checked by building them anew.
 */

import type { Duration } from '../duration.ts';
import { type CalendarOptions, calendar } from './calendar.ts';
import { allOf, anyOf } from './combine.ts';
import { type CronFields, type CronOptions, cron } from './cron.ts';
import { at } from './date.ts';
import { invalid } from './instant.ts';
import { every, type IntervalOptions } from './interval.ts';
import { type SolarEvent, type SolarOptions, solar } from './solar.ts';
import type { Trigger } from './trigger.ts';

/**
 * Makes a trigger of data, frozen and checked.
 * @throws DefinitionError INVALID_TRIGGER or INVALID_CRON where the data is no trigger.
 */
export function parseTrigger(data: unknown): Trigger {
  if (typeof data !== 'object' || data === null || !('kind' in data)) {
    throw invalid('trigger', JSON.stringify(data), 'is no trigger', "an object with 'kind'");
  }
  const { kind, ...members } = data;
  switch (kind) {
    case 'cron': {
      // The constructors refuse each member that is not what its type says, by name and with what is allowed.
      const { fields, ...options } = members as CronOptions & { readonly fields: CronFields };
      return cron(fields, options);
    }
    case 'interval': {
      // Checked by the constructor, as above.
      const { every: interval, ...options } = members as IntervalOptions & { readonly every: Duration };
      return every(interval, options);
    }
    case 'date':
      return at('at' in members && typeof members.at === 'string' ? members.at : '');
    case 'calendar':
      // Checked by the constructor, as above.
      return calendar(members as CalendarOptions);
    case 'solar': {
      // Checked by the constructor, as above.
      const { event, ...options } = members as SolarOptions & { readonly event: SolarEvent };
      return solar(event, options);
    }
    case 'allOf':
      return allOf(...parts('triggers' in members ? members.triggers : undefined));
    case 'anyOf':
      return anyOf(...parts('triggers' in members ? members.triggers : undefined));
    default:
      throw invalid(
        'kind',
        kind,
        'is no kind of trigger',
        'cron, interval, date, calendar, solar, allOf, anyOf',
      );
  }
}

function parts(data: unknown): readonly Trigger[] {
  if (!Array.isArray(data))
    throw invalid('triggers', JSON.stringify(data), 'is no list', 'a list of triggers');
  return data.map(parseTrigger);
}

/**
 * Triggers as one line of text, for forms and the command line: 'every 15m' or '15m', a time with 'at' before
 * it or without, cron's fields with a zone after them ('0 2 * * * Europe/Oslo'), and everything else as JSON.
 */
import { isDuration } from '../core/duration.ts';
import { type CronTrigger, cron } from '../core/trigger/cron.ts';
import { at } from '../core/trigger/date.ts';
import { every } from '../core/trigger/interval.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { parseTrigger } from '../core/trigger/trigger-data.ts';
import { CeleriacError } from '../errors.ts';

const ZONE = /^(.*\S)\s+([A-Z][A-Za-z_]+(?:\/[A-Za-z_+-]+)+|UTC)$/;

/**
 * Reads a trigger.
 * @throws DefinitionError INVALID_CRON, INVALID_TRIGGER, INVALID_TIMEZONE; CeleriacError INVALID_TRIGGER for
 * JSON that is none.
 */
export function readTrigger(written: string): Trigger {
  const text = written.trim();
  if (text.startsWith('{')) return parseTrigger(readJson(text));
  const [, interval] = /^(?:every\s+)?(\S+)$/.exec(text) ?? [];
  if (interval !== undefined && isDuration(interval)) return every(interval);
  const [, date] = /^at\s+(.+)$/.exec(text) ?? /^(\d{4}-\d\d-\d\d.*)$/.exec(text) ?? [];
  if (date !== undefined) return at(date);
  const [, fields, timezone] = ZONE.exec(text) ?? [];
  return fields === undefined || timezone === undefined ? cron(text) : cron(fields, { timezone });
}

/** Writes a trigger so that `readTrigger` gives the same one. */
export function writeTrigger(trigger: Trigger): string {
  if (trigger.kind === 'interval' && trigger.start === undefined && trigger.end === undefined)
    return `every ${trigger.every}`;
  if (trigger.kind === 'date') return `at ${trigger.at}`;
  if (trigger.kind === 'cron') {
    const text = writeCron(trigger);
    if (JSON.stringify(readTrigger(text)) === JSON.stringify(trigger)) return text;
  }
  return JSON.stringify(trigger);
}

function writeCron({ fields, timezone }: CronTrigger): string {
  const { second, minute, hour, day, month, dayOfWeek } = fields;
  const five = `${minute} ${hour} ${day} ${month} ${dayOfWeek}`;
  const written = second === '0' ? five : `${second} ${five}`;
  return timezone === 'UTC' ? written : `${written} ${timezone}`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const allowed = 'every 15m, at 2026-01-05T09:00:00Z, 0 2 * * * Europe/Oslo, or a trigger as JSON';
    throw new CeleriacError(
      'INVALID_TRIGGER',
      `the trigger '${text}' is no JSON; give one like: ${allowed}`,
      {
        value: text,
        allowed,
        cause,
      },
    );
  }
}

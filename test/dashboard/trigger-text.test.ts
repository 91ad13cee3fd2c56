import { expect, test } from 'vitest';
import { readTrigger, writeTrigger } from '../../lib/dashboard/trigger-text.ts';
import { cron, every } from '../../lib/index.ts';

test.each([
  'every 15m',
  '0 2 * * *',
  '*/5 8-17 * * 1-5 Europe/Oslo',
  '30 0 2 * * *',
  'at 2026-01-05T09:00:00.000Z',
])('%s is read and written alike', (text) => {
  expect(writeTrigger(readTrigger(text))).toBe(text);
});

test.each([
  ['15m', 'every 15m'],
  [' 2026-01-05T09:00:00.000Z', 'at 2026-01-05T09:00:00.000Z'],
])('an interval and a time need no word before them: %s', (text, written) => {
  expect(writeTrigger(readTrigger(text))).toBe(written);
});

test.each([
  every('15m', { start: '2026-01-05T09:00:00Z' }),
  cron('0 2 * * *', { timezone: 'Europe/Oslo', dst: { missing: 'shift' } }),
  cron({ year: 2027, week: 3, hour: 2 }),
])('what has no short text is written as JSON: %j', (trigger) => {
  const text = writeTrigger(trigger);

  expect(text).toMatch(/^\{/);
  expect(readTrigger(text)).toEqual(trigger);
});

test.each([
  ['every now', 'INVALID_CRON'],
  ['{"kind"', 'INVALID_TRIGGER'],
  ['{"kind":"moon"}', 'INVALID_TRIGGER'],
  ['61 * * * *', 'INVALID_CRON'],
  ['0 2 * * * Europe/Nowhere', 'INVALID_TIMEZONE'],
  ['at noon', 'INVALID_TRIGGER'],
])('%s is refused with %s', (text, code) => {
  expect(() => readTrigger(text)).toThrow(expect.objectContaining({ code }));
});

/** A year of virtual minutes through the pure tick, with a fifth of the ticks lost. */
import { expect, test } from 'vitest';
import type { Fire } from '../../lib/core/schedule/fire.ts';
import { tick, type Watermark } from '../../lib/core/schedule/tick.ts';
import { fireTimes } from '../../lib/core/trigger/trigger.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { DST_DAYS, mixedSchedules } from '../core/schedule/mixed-schedules.ts';
import { added, SPACE, specOf } from '../core/schedule/spec-of.ts';

const MINUTE = 60_000;
const YEAR_START = Date.parse('2026-01-01T00:00:00Z');
const YEAR_END = Date.parse('2027-01-01T00:00:00Z');

test('a year of 200 schedules in 8 time zones is handed on exactly, each fire once, with ticks lost', () => {
  const triggers = mixedSchedules();
  const schedules = [...triggers].map(([name, trigger]) => added(name, specOf(trigger, { coalesce: 'all' })));
  const random = createRandom(2026);
  const handed = new Map(schedules.map(({ name }) => [name, [] as number[]]));
  const tooLate: Fire[] = [];
  let watermark: Watermark = { at: YEAR_START - 1, definitions: 'd' };

  for (let nominal = YEAR_START; nominal < YEAR_END; nominal += MINUTE) {
    if (random() < 0.2) continue;
    const ticked = tick({ space: SPACE, watermark, nominal, schedules, definitions: 'd' });
    watermark = ticked.watermark;
    for (const fire of ticked.fires) {
      handed.get(fire.schedule)?.push(fire.scheduledAt);
      if (fire.scheduledAt < nominal && nominal > YEAR_START + 10 * MINUTE) tooLate.push(fire);
    }
  }

  let total = 0;
  for (const [name, trigger] of triggers) {
    const expected = fireTimes(trigger, new Date(YEAR_START), new Date(watermark.at)).map(Number);
    expect([name, handed.get(name)]).toEqual([name, expected]);
    total += expected.length;
  }
  // They fire often enough to mean something, and on the days on which clocks change, too.
  expect(total).toBeGreaterThan(150_000);
  expect(total).toBeLessThan(1_000_000);
  const days = new Set([...handed.values()].flat().map((fire) => new Date(fire).toISOString().slice(0, 10)));
  expect(DST_DAYS.filter((day) => !days.has(day))).toEqual([]);
  // Six lost in a row make a fire late: five minutes of lookahead are enough nearly always.
  expect(tooLate.length).toBeLessThan(total / 500);
});
